//===- queue_launch.h - Programs for cores of queues -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What Operation::launch and Operation::count mean on chips whose cores execute
// programs that the host has encoded (card/tiled_executable.h), and where their
// DRAM has what. Addresses are DRAM's, which begins at 0. Freestanding.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ring/protocol.h"

namespace landfall::ring {

// The layout of DRAM: no allocation has the address 0.
inline constexpr uint64_t queue_control = 0x1000;
inline constexpr uint64_t queue_heap = 0x10000;
static_assert(queue_control + rings_bytes <= queue_heap);

/// The program of one core.
struct QueueProgram {
  uint64_t address;
  uint64_t bytes;
};

/// A launch, in the heap. All cores start together; the command completes when
/// the last one ends.
struct QueueLaunch {
  uint64_t programs;      ///< The address of an array of QueueProgram,
  uint64_t cores;         ///< of so many elements: core k runs program k.
  uint64_t operands;      ///< The address of an array of operands' addresses,
  uint64_t operand_count; ///< of so many elements.
  uint64_t cycle_limit;   ///< The launch is aborted after this many.
  /// Where a fault is described in words, for people, and the room for them.
  /// The completion's `value` is their length.
  uint64_t text;
  uint64_t text_bytes;
  uint64_t unused;
};
static_assert(sizeof(QueueLaunch) == 64);

/// Activity since the card was turned on: an array of EngineRecord follows.
struct CounterRecord {
  uint64_t cycles; ///< In which it had work.
  uint64_t instructions;
  uint64_t multiply_adds; ///< Without padding.
  uint64_t memory_bytes;  ///< Moved from and to DRAM.
  uint64_t engines;       ///< Elements of the array.
  uint64_t unused[3];
};
/// Of one kind of engine, summed over its units.
struct EngineRecord {
  char name[24]; ///< "matrix"; ends with 0.
  uint64_t units;
  uint64_t busy;    ///< Cycles.
  uint64_t stalled; ///< Cycles: had work but waited.
  uint64_t unused[2];
};
inline constexpr uint64_t most_engines = 40;
inline constexpr uint64_t counters_bytes =
    sizeof(CounterRecord) + most_engines * sizeof(EngineRecord);

} // namespace landfall::ring
