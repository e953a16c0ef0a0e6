//===- durations.h - How long usual units take -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// First-order timing of tasks (tasks.h), from a chip's rates.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/dram_clock.h"
#include "sim_kit/tasks.h"

namespace landfall::sim_kit {

/// The least number of units that hold the amount.
constexpr uint64_t in_units(uint64_t amount, uint64_t unit) {
  return (amount + unit - 1) / unit;
}

/// The unit is taken for so many cycles, at least one; results come `latency`
/// cycles later.
Duration takes(uint64_t cycles, uint64_t latency = 0);
/// A transfer with DRAM by a DMA engine, at most `rate` bytes a cycle. Each run
/// of dense bytes takes whole lines of DRAM, and a cycle at least. The clock
/// outlives the result.
Duration transfers(DramClock &dram, uint64_t rate, uint64_t latency);
/// A copy within a core, at most `rate` bytes and one run a cycle.
Duration moves(uint64_t rate);

} // namespace landfall::sim_kit
