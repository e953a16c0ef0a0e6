//===- kernel_abi.h - How the CPU driver calls a kernel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Shared by the driver and the code generator; no other file knows it. A
// package's code section is one position-independent ELF shared object without
// undefined symbols. For kernel number k it exports two functions:
//
//   void  k<k>_plan(const int64_t *sizes, CpuPlan *plan);
//   int32 k<k>_run(const CpuCall *call);      // tasks [begin, end)
//
// Tasks are a partition of the work that depends on the sizes only, never on
// the number of threads, so results are the same bits at any thread count.
// `k_run` returns 0, or 1 + the number of the failed check (value in
// `failed_value`). It may be called concurrently with disjoint task ranges,
// and stops at its first failing task. Operands are aligned to 16 bytes at
// least (inputs and weights are used in place), most of them to 64.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::cpu {

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

struct CpuServices {
  void *functions[static_cast<uint32_t>(Service::count)];
};

struct CpuPlan {
  int64_t tasks;         ///< 0: nothing to do.
  int64_t scratch_bytes; ///< Per thread, 64-byte aligned.
};

struct CpuCall {
  void *const *operands;
  const int64_t *sizes;
  int64_t begin;
  int64_t end;
  void *scratch;
  const CpuServices *services;
  int64_t *failed_value;
};

} // namespace landfall::cpu
