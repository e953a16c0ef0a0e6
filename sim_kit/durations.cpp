//===- durations.cpp - How long usual units take --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/durations.h"

#include <algorithm>

namespace landfall::sim_kit {

Duration takes(uint64_t cycles, uint64_t latency) {
  return [=](uint64_t start, const Traffic &) {
    uint64_t next = start + std::max<uint64_t>(1, cycles);
    return Timing{next, next + latency};
  };
}

Duration transfers(DramClock &dram, uint64_t rate, uint64_t latency) {
  return [=, &dram](uint64_t start, const Traffic &traffic) {
    constexpr uint64_t line = 64;
    uint64_t lines = in_units(traffic.run_bytes, line) * line * traffic.runs;
    uint64_t booked = dram.book(DramClock::User::transfer, lines, start, rate);
    uint64_t own = std::max(traffic.runs, in_units(traffic.bytes, rate));
    uint64_t next = std::max(start + own, booked);
    return Timing{next, next + latency};
  };
}

Duration moves(uint64_t rate) {
  return [=](uint64_t start, const Traffic &traffic) {
    uint64_t next = start + std::max({uint64_t(1), traffic.runs,
                                      in_units(traffic.bytes, rate)});
    return Timing{next, next};
  };
}

} // namespace landfall::sim_kit
