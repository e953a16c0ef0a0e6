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

inline constexpr uint32_t max_cores = 64; // chip_field.def
/// The most task ranges assigned to a core at once.
inline constexpr uint32_t slots = 2;

/// The failed check of a task range.
struct Failure {
  int64_t value;
  uint64_t range;
};

/// State shared by all cores, in DRAM.
struct Shared {
  NativeServices services; ///< The functions that kernels may call.
  /// The plan of the current launch, written by core 1; in a line of its own.
  alignas(64) NativePlan planned;
  int64_t range_tasks; ///< Tasks per range.
  /// By core and slot; a core's ranges use its slots alternately.
  alignas(64) Failure failures[max_cores + 1][slots];
};
/// The only instance; the management core initialises it before it sends work.
Shared &shared();

// A launch begins with a mail to every core: the address of its LaunchRecord,
// so that all cores are ready before there are tasks. Core 1 runs the plan
// function and continues with range 0. All further mails are range numbers; a
// core answers each with the result of `run`.

inline uint64_t mail_of_range(uint64_t range) { return range + 1; }
inline uint64_t range_of_mail(uint64_t mail) { return mail - 1; }
/// Tells range numbers from addresses of records: there are few ranges per
/// core.
inline bool is_range(uint64_t mail) { return mail <= UINT32_MAX / 2; }

/// Core 1's answer when it has run the plan function and continues with range
/// 0.
inline constexpr int32_t has_planned = -1;

} // namespace landfall::reef
