//===- dram_clock.h - The shared DRAM bandwidth ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <vector>

namespace landfall::sim_kit {

/// The model of DRAM bandwidth. Time is divided into windows of fixed length
/// and capacity in bytes. An access reserves its bytes in the first windows
/// with room at or after its own time; so cores, which are simulated one after
/// the other and whose clocks differ by up to a quantum, are not delayed by
/// later accesses of others. DMA transfers reserve long in advance, and leave a
/// part of each window to single lines, which a real arbiter would interleave.
/// Integer arithmetic only: it is called between a hart's instructions, whose
/// floating-point flags are the host's.
class DramClock {
public:
  enum class User { core, transfer };

  /// The peak bandwidth, and the clock whose cycles time is counted in.
  DramClock(uint64_t gb_per_s, uint64_t clock_mhz);

  /// Reserves `bytes`, at most `rate` bytes per cycle, from cycle `now` on.
  /// Returns the cycle at which the last byte has been transferred.
  uint64_t book(User user, uint64_t bytes, uint64_t now, uint64_t rate);

  uint64_t bytes() const { return bytes_; } ///< Transferred so far.
  /// The cycles that this takes at peak bandwidth.
  uint64_t busy() const { return bytes_ * window / window_bytes_; }
  uint64_t stalled() const { return stalled_; }

private:
  static constexpr uint64_t window = 64;
  /// The inverse of the part of a window that transfers leave to single lines.
  static constexpr uint64_t part_of_cores = 64;
  /// The most windows ahead of the slowest core that can be reserved.
  static constexpr uint64_t window_count = 1 << 14;
  struct Slot {
    uint64_t number = 0;
    uint64_t used = 0;
  };

  Slot &slot(uint64_t number);

  uint64_t window_bytes_;
  uint64_t bytes_ = 0;
  uint64_t stalled_ = 0; ///< Cycles that reservations waited for room.
  std::vector<Slot> slots_;
};

} // namespace landfall::sim_kit
