//===- native_abi.h - How a driver calls a compiled kernel -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Shared by drivers and code generators of processors that run machine code. A
// package's code section is one position-independent ELF shared object without
// undefined symbols. For kernel number k it exports two functions:
//
//   void  k<k>_plan(const int64_t *sizes, NativePlan *plan);
//   int32 k<k>_run(const NativeCall *call);   // tasks [begin, end)
//
// Tasks are a partition of the work that depends on the sizes only, never on
// the number of threads, so results are the same bits at any thread count.
// `k_run` returns 0, or 1 + the number of the failed check (value in
// `failed_value`). It may be called concurrently with disjoint task ranges,
// and stops at its first failing task. Where cores get one range after the
// other it asks `next` for more, so that what all tasks share is computed once
// and, with an empty range to begin with, before there is a plan. Operands are
// aligned to 16 bytes at least (inputs and weights are used in place), most of
// them to 64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall {

/// Functions that generated code may call: rare or double-precision math. Slot
/// numbers are ABI (appended only); the generator indexes by them.
enum class Service : uint32_t {
  // double f(double)
  exp,
  log,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  log1p,
  // double f(double, double)
  pow,
  fmod,
  count
};

struct NativeServices {
  void *functions[static_cast<uint32_t>(Service::count)];
};

struct NativePlan {
  int64_t tasks;         ///< 0: nothing to do.
  int64_t scratch_bytes; ///< Per thread, 64-byte aligned.
};

struct NativeCall {
  void *const *operands;
  const int64_t *sizes;
  int64_t begin;
  int64_t end;
  void *scratch;
  const NativeServices *services;
  int64_t *failed_value;
  /// Fast memory of the processor that runs the tasks, which no other touches;
  /// null where a machine has none. Its contents are undefined on entry.
  void *local = nullptr;
  int64_t local_bytes = 0;
  /// Ends the range and puts the next into `begin` and `end`. 0: there is none.
  /// Asked by code for machines that deal ranges (Machine::pulls_tasks).
  int32_t (*next)(NativeCall *call) = nullptr;
};

} // namespace landfall
