//===- fixture_kernels.cpp - Hand-written machine code for tests ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The kernels of runtime/package_for_test.h as the code generator would emit
// them: a freestanding shared object for the driver's own loader.
//
//===----------------------------------------------------------------------===//
#include "package/native_abi.h"

#define KERNEL extern "C" __attribute__((visibility("default")))

using namespace landfall;

namespace {

float add_one(float x) { return x + 1; }
float identity(float x) { return x; }

// Needs a base-relative relocation.
float (*volatile steps[])(float) = {identity, add_one};

} // namespace

// increment: y[i] = x[i] + 1
KERNEL void k0_plan(const int64_t *sizes, landfall::NativePlan *plan) {
  *plan = {(sizes[0] + 7) / 8, 0};
}
KERNEL int32_t k0_run(const landfall::NativeCall *call) {
  auto *x = static_cast<const float *>(call->operands[0]);
  auto *y = static_cast<float *>(call->operands[1]);
  for (int64_t task = call->begin; task < call->end; ++task)
    for (int64_t i = task * 8; i < task * 8 + 8 && i < call->sizes[0]; ++i)
      y[i] = steps[1](x[i]);
  return 0;
}

// below_ten: y[i] = x[i], which must be below 10
KERNEL void k1_plan(const int64_t *sizes, landfall::NativePlan *plan) {
  *plan = {sizes[0], 0};
}
KERNEL int32_t k1_run(const landfall::NativeCall *call) {
  auto *x = static_cast<const int64_t *>(call->operands[0]);
  auto *y = static_cast<int64_t *>(call->operands[1]);
  for (int64_t i = call->begin; i < call->end; ++i) {
    if (x[i] >= 10) {
      *call->failed_value = x[i];
      return 1;
    }
    y[i] = x[i];
  }
  return 0;
}

// exponential: y[i] = exp(x[i]), through scratch memory and a service
KERNEL void k2_plan(const int64_t *sizes, landfall::NativePlan *plan) {
  *plan = {sizes[0], 24};
}
KERNEL int32_t k2_run(const landfall::NativeCall *call) {
  auto *x = static_cast<const double *>(call->operands[0]);
  auto *y = static_cast<double *>(call->operands[1]);
  auto *scratch = static_cast<double *>(call->scratch);
  using Unary = double (*)(double);
  auto exp = reinterpret_cast<Unary>(
      call->services->functions[static_cast<uint32_t>(landfall::Service::exp)]);
  for (int64_t i = call->begin; i < call->end; ++i) {
    scratch[2] = x[i];
    y[i] = exp(scratch[2]);
  }
  return 0;
}

// wrong_increment: says y[i] = x[i] + 1 and stores x[i] + 1.5
KERNEL void k3_plan(const int64_t *, landfall::NativePlan *plan) {
  *plan = {1, 0};
}
KERNEL int32_t k3_run(const landfall::NativeCall *call) {
  auto *x = static_cast<const float *>(call->operands[0]);
  auto *y = static_cast<float *>(call->operands[1]);
  for (int64_t i = 0; i < call->sizes[0]; ++i)
    y[i] = x[i] + 1.5f;
  return 0;
}
