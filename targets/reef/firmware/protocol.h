//===- protocol.h - Between driver and firmware ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Where the rings (ring/protocol.h) and all else lie in the card's DRAM, and
// the record of a launch (docs/reef_driver.md). Freestanding; every field has
// its natural alignment.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ring/protocol.h"
#include "targets/reef/chip/registers.h"

namespace landfall::reef {

// The layout of DRAM.
inline constexpr uint64_t firmware_limit = 1 << 20; ///< Image, data, zeros.
inline constexpr uint64_t control_base = dram_base + firmware_limit;
inline constexpr uint64_t command_ring = control_base + ring::commands_offset;
inline constexpr uint64_t completion_ring =
    control_base + ring::completions_offset;
/// The stacks, for chips whose stacks are not in the scratchpad. Core c's
/// begins at stack_base + c * stack_bytes.
inline constexpr uint64_t stack_base = dram_base + (2 << 20);
inline constexpr uint64_t heap_base = dram_base + (20 << 20); ///< The driver's.
static_assert(control_base + ring::rings_bytes <= stack_base);
static_assert(heap_base >= stack_base + 65 * max_stack_bytes);

using ring::BadField, ring::bad_address, ring::bad_operation, ring::bad_queue,
    ring::bad_record;
using ring::checksum, ring::Command, ring::CommandStatus, ring::Completion,
    ring::Control, ring::Operation;
using ring::queue_limit, ring::ring_entries;

inline constexpr uint64_t line_bytes = 64; ///< A line of DRAM.
/// A launch record, with the arrays that follow it, has at least this many
/// lines: each core prefetches them before it has tasks.
inline constexpr uint64_t launch_lines = 3;

/// A launch, in the heap and aligned to a line. The arrays of sizes and
/// operands follow it.
struct LaunchRecord {
  uint64_t plan; ///< Addresses of k<k>_plan and k<k>_run (native_abi.h).
  uint64_t run;
  uint64_t operands; ///< The address of an array of addresses.
  uint64_t sizes;    ///< The address of an array of int64_t.
  uint64_t scratch;  ///< Core c's area is at scratch + (c - 1) * scratch_bytes.
  uint64_t scratch_bytes;
  uint64_t cycle_limit; ///< The launch is aborted after this many; 0: never.
  /// Changes when code has been loaded: cores then execute fence.i.
  uint64_t code_version;
};
static_assert(sizeof(LaunchRecord) == 64);

} // namespace landfall::reef
