//===- dram_clock.h - Bandwidth that all engines share ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/chip_description.h"

namespace landfall::reef::sim {

/// Time is cut into windows, each with the bytes that DRAM can move in it.
/// Whoever moves bytes books them in the first windows with room from its own
/// time on, so that cores, whose clocks differ by up to a quantum, do not wait
/// for what others do later. Transfers book long before they move; they leave
/// room in each window for the single lines of cores, which an arbiter would
/// let pass between. Integers only: it runs between a hart's instructions,
/// whose floating-point flags are the host's.
class DramClock {
public:
  enum class User { core, transfer };

  explicit DramClock(const ChipDescription &chip);

  /// Books bytes that arrive at `rate` bytes a cycle at most, from `now` on.
  /// Returns the cycle by which the last has moved.
  uint64_t book(User user, uint64_t bytes, uint64_t now, uint64_t rate);

  uint64_t bytes() const { return bytes_; } ///< Moved so far.
  /// Cycles that moving so many takes at the peak.
  uint64_t busy() const { return bytes_ * window / window_bytes_; }
  uint64_t stalled() const { return stalled_; }

private:
  static constexpr uint64_t window = 64;
  static constexpr uint64_t part_of_cores = 64; ///< One of so many.
  /// How many windows ahead of the slowest core can be booked.
  static constexpr uint64_t window_count = 1 << 14;
  struct Slot {
    uint64_t number = 0;
    uint64_t used = 0;
  };

  Slot &slot(uint64_t number);

  uint64_t window_bytes_;
  uint64_t bytes_ = 0;
  uint64_t stalled_ = 0; ///< Cycles that bookings waited for room.
  std::vector<Slot> slots_;
};

} // namespace landfall::reef::sim
