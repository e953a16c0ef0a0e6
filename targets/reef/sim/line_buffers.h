//===- line_buffers.h - A core's own path to DRAM --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/dram_clock.h"

namespace landfall::reef::sim {

/// The model of a core's line buffers: a few DRAM lines, with LRU replacement
/// and next-line prefetch. An access to a buffered line is free, one to the
/// line after a buffered line costs bandwidth only, any other costs latency and
/// bandwidth. Stores are posted: a written line costs its bandwidth once while
/// it is buffered.
class LineBuffers {
public:
  LineBuffers(sim_kit::DramClock &dram, uint64_t latency)
      : dram_(&dram), latency_(latency) {
    clear();
  }

  /// The cycles from `now` until the access to DRAM [address, +bytes) is done.
  uint64_t touch(uint64_t address, uint64_t bytes, bool is_write, uint64_t now);
  void clear();

private:
  static constexpr uint64_t line_bytes = 64;
  static constexpr uint8_t line_count = 16;
  static constexpr unsigned index_bits = 8;

  struct Held {
    uint64_t line;
    bool written;
    uint8_t newer, older; ///< A circular list in the order of use.
  };

  uint64_t touch_line(uint64_t line, bool is_write, uint64_t now);
  static uint64_t hash(uint64_t line);
  /// The line's buffer, or `line_count` if it is not buffered.
  uint8_t find(uint64_t line) const;
  void enter(uint64_t line, uint8_t place);
  void use(uint8_t place);

  sim_kit::DramClock *dram_;
  uint64_t latency_;
  Held held_[line_count];
  uint8_t newest_ = 0; ///< The oldest is newest_'s `newer` in the list.
  /// A hash index of the buffers, as every DRAM access searches them. It has
  /// two entries per hash: a third line with the same hash evicts one.
  uint8_t index_[1 << index_bits][2];
};

} // namespace landfall::reef::sim
