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
// The plan function computes the number of tasks and the scratch memory of a
// launch. Tasks partition the work by the sizes, and by the number of threads
// only where no bit of a result depends on how it is partitioned, so that
// results are the same bits at any thread count.
//
// The run function executes a range of tasks. It returns 0, or 1 + the number
// of the failed check (with its value in `failed_value`), and stops at the
// first failing task. It may be called concurrently with disjoint ranges. If
// the target's kernels pull tasks (Scheduling::kernel_pulls_tasks), it calls
// `next` for further ranges until none is left, so that the code before the
// task loop runs once per core; the first range may be empty, so that this code
// can run before the plan is known.
//
// Operands are aligned to at least 16 bytes (inputs and weights are used in
// place), most of them to 64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall {

/// Math functions that generated code may call, on doubles. The enumerators are
/// indices into NativeServices::functions and part of the ABI: append only.
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
  // double f(double, double, double)
  fma, ///< Only code for machines without such an instruction calls it.
  count
};

struct NativeServices {
  void *functions[static_cast<uint32_t>(Service::count)];
};

struct NativePlan {
  int64_t tasks;         ///< 0: nothing to do.
  int64_t scratch_bytes; ///< Per thread; memory is 64-byte aligned.
  /// Set by the caller: how many threads will run the tasks, so that few
  /// threads get few, larger tasks where the results' bits do not depend on how
  /// work is cut; 0: not known. The calls of the launch have the same number.
  int64_t threads = 0;
};

struct NativeCall {
  void *const *operands;
  const int64_t *sizes;
  int64_t begin;
  int64_t end;
  void *scratch;
  const NativeServices *services;
  int64_t *failed_value;
  /// The scratchpad of the core that runs the tasks, private to it; null if it
  /// has none. Contents are undefined on entry.
  void *local = nullptr;
  int64_t local_bytes = 0;
  /// Reports the range as done and sets `begin` and `end` to the next one.
  /// Returns 0 if there is none. Called only by kernels that pull tasks.
  int32_t (*next)(NativeCall *call) = nullptr;
  int64_t threads = 0; ///< NativePlan::threads.
};

} // namespace landfall
