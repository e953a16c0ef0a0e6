//===- line_buffers.h - A core's own path to DRAM --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/sim/dram_clock.h"

namespace landfall::reef {

/// A few lines of DRAM beside the core, each of which is fetched ahead as long
/// as accesses go on in order: a line that is held costs nothing, the next one
/// its bandwidth, any other the latency too. Stores are posted: each line that
/// is written costs its bandwidth once while it is held.
class LineBuffers {
public:
  LineBuffers(DramClock &dram, uint64_t latency)
      : dram_(&dram), latency_(latency) {}

  /// Cycles from `now` until DRAM [address, +bytes) has been touched.
  uint64_t touch(uint64_t address, uint64_t bytes, bool is_write, uint64_t now);
  void clear();

private:
  static constexpr uint64_t line_bytes = 64;
  static constexpr unsigned line_count = 16;

  uint64_t touch_line(uint64_t line, bool is_write, uint64_t now);

  DramClock *dram_;
  uint64_t latency_;
  struct Held {
    uint64_t line = 0;
    uint64_t used = 0; ///< When, in uses.
    bool written = false;
  };

  uint64_t uses_ = 0;
  unsigned last_ = 0; ///< The one touched most recently.
  Held held_[line_count];
};

} // namespace landfall::reef
