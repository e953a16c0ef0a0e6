//===- dram_clock.cpp - The shared DRAM bandwidth -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/dram_clock.h"

#include <algorithm>

namespace landfall::sim_kit {

DramClock::DramClock(uint64_t gb_per_s, uint64_t clock_mhz)
    : window_bytes_(
          std::max<uint64_t>(1, gb_per_s * 1000 * window / clock_mhz)),
      slots_(window_count) {}

/// The bytes reserved in a window. A slot that has been reused by a later
/// window counts as empty: no core is that far behind.
DramClock::Slot &DramClock::slot(uint64_t number) {
  Slot &slot = slots_[number % window_count];
  if (slot.number != number)
    slot = {number, 0};
  return slot;
}

uint64_t DramClock::book(User user, uint64_t bytes, uint64_t now,
                         uint64_t rate) {
  bytes_ += bytes;
  uint64_t most = window_bytes_;
  if (user == User::transfer)
    most -= most / part_of_cores;
  uint64_t alone = now + (bytes + rate - 1) / rate;
  uint64_t end = now;
  while (bytes > 0) {
    uint64_t number = end / window;
    uint64_t next = (number + 1) * window;
    Slot &current = slot(number);
    uint64_t left = most - std::min(most, current.used);
    uint64_t room = std::min(left, rate * (next - end));
    uint64_t taken = std::min(bytes, room);
    current.used += taken;
    bytes -= taken;
    if (bytes == 0)
      // Limited by its own rate, or by its position in the window.
      end = std::max(end + (taken + rate - 1) / rate,
                     number * window + current.used * window / window_bytes_);
    else
      end = next;
  }
  stalled_ += end - std::min(end, alone);
  return end;
}

} // namespace landfall::sim_kit
