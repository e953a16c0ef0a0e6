//===- line_buffers.h - A core's own path to DRAM --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/sim/dram_clock.h"

namespace landfall::reef::sim {

/// A few lines of DRAM beside the core, each of which is fetched ahead as long
/// as accesses go on in order: a line that is held costs nothing, the next one
/// its bandwidth, any other the latency too. Stores are posted: each line that
/// is written costs its bandwidth once while it is held.
class LineBuffers {
public:
  LineBuffers(DramClock &dram, uint64_t latency)
      : dram_(&dram), latency_(latency) {
    clear();
  }

  /// Cycles from `now` until DRAM [address, +bytes) has been touched.
  uint64_t touch(uint64_t address, uint64_t bytes, bool is_write, uint64_t now);
  void clear();

private:
  static constexpr uint64_t line_bytes = 64;
  static constexpr uint8_t line_count = 16;
  static constexpr unsigned index_bits = 8;

  struct Held {
    uint64_t line;
    bool written;
    uint8_t newer, older; ///< Neighbours in the order of use, a ring.
  };

  uint64_t touch_line(uint64_t line, bool is_write, uint64_t now);
  static uint64_t hash(uint64_t line);
  /// `line_count` if it is not held.
  uint8_t find(uint64_t line) const;
  void enter(uint64_t line, uint8_t place);
  void use(uint8_t place);

  DramClock *dram_;
  uint64_t latency_;
  Held held_[line_count];
  uint8_t newest_ = 0; ///< The oldest is the next newer in the ring.
  /// Where the lines with a hash are: this is asked for every access to DRAM.
  /// A third line of one hash makes another count as gone.
  uint8_t index_[1 << index_bits][2];
};

} // namespace landfall::reef::sim
