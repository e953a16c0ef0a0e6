//===- work.h - Between management and compute cores -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"

namespace landfall::reef {

using PlanFunction = void (*)(const int64_t *sizes, NativePlan *plan);
using RunFunction = int32_t (*)(const NativeCall *call);

inline constexpr uint32_t most_cores = 64; // chip_field.def
/// Ranges of tasks that a core may have.
inline constexpr uint32_t slots = 2;

/// Why the range that had this slot failed.
struct Failure {
  int64_t value;
  uint64_t range;
};

/// What all cores see, in DRAM.
struct Shared {
  NativeServices services; ///< What kernels may call.
  /// Of the launch under way, once core 1 has planned; a line of its own.
  alignas(64) NativePlan planned;
  int64_t range_tasks; ///< Tasks of a range.
  /// A core's ranges take its slots in turn.
  alignas(64) Failure failures[most_cores + 1][slots];
};
/// There is one; management fills it in before there is work.
Shared &shared();

// A launch begins with a mail to every core, the address of its record, so that
// all are ready when there are tasks. Core 1 plans and goes on with range 0.
// The other mails are the numbers of ranges, and a core answers each with what
// `run` returned.

inline uint64_t mail_of_range(uint64_t range) { return range + 1; }
inline uint64_t range_of_mail(uint64_t mail) { return mail - 1; }
/// Ranges are a few for each core.
inline bool is_range(uint64_t mail) { return mail <= UINT32_MAX / 2; }

/// The answer of core 1 when it has planned, and goes on with range 0.
inline constexpr int32_t has_planned = -1;

} // namespace landfall::reef
