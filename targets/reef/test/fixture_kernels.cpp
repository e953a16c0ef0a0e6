//===- fixture_kernels.cpp - Hand-written machine code for tests ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The kernels of runtime/package_for_test.h, then those that only this chip's
// own tests launch: they misbehave.
//
//===----------------------------------------------------------------------===//
#include "package/native_abi.h"
#include "targets/reef/chip/registers.h"

#define KERNEL extern "C" __attribute__((visibility("default")))

using namespace landfall;
using namespace landfall::reef;

namespace {

float add_one(float x) { return x + 1; }
float identity(float x) { return x; }

// Needs a base-relative relocation.
float (*volatile steps[])(float) = {identity, add_one};

template <typename T> T *operand(const landfall::NativeCall *call, int number) {
  return static_cast<T *>(call->operands[number]);
}

volatile uint64_t &dma(uint64_t offset) {
  return *reinterpret_cast<volatile uint64_t *>(core_registers +
                                                core_register::dma + offset);
}

} // namespace

// increment: y[i] = x[i] + 1
KERNEL void k0_plan(const int64_t *sizes, landfall::NativePlan *plan) {
  *plan = {(sizes[0] + 7) / 8, 0};
}
KERNEL int32_t k0_run(const landfall::NativeCall *call) {
  auto *x = operand<const float>(call, 0);
  auto *y = operand<float>(call, 1);
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
  auto *x = operand<const int64_t>(call, 0);
  auto *y = operand<int64_t>(call, 1);
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
  auto *x = operand<const double>(call, 0);
  auto *y = operand<double>(call, 1);
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
  auto *x = operand<const float>(call, 0);
  auto *y = operand<float>(call, 1);
  for (int64_t i = 0; call->begin < call->end && i < call->sizes[0]; ++i)
    y[i] = x[i] + 1.5f;
  return 0;
}

// mischief: does what operand 0 holds first (Mischief in mischief_for_test.h).
KERNEL void k4_plan(const int64_t *sizes, landfall::NativePlan *plan) {
  *plan = {sizes[0], sizes[1]};
}
KERNEL int32_t k4_run(const landfall::NativeCall *call) {
  if (call->begin == call->end)
    return 0;
  auto *kind = operand<const volatile int64_t>(call, 0);
  auto *y = operand<int64_t>(call, 1);
  auto *local = static_cast<volatile int64_t *>(call->local);
  switch (kind[0]) {
  case 0: // Fills its scratch memory to the last byte.
    for (int64_t i = 0; i < call->sizes[1]; ++i)
      static_cast<volatile char *>(call->scratch)[i] = 1;
    break;
  case 1: // Reads through a null pointer.
    y[0] = *reinterpret_cast<volatile int64_t *>(kind[1]);
    break;
  case 2: // Runs into what is no instruction.
    asm volatile(".4byte 0");
    break;
  case 3: // Never ends.
    while (kind[0] == 3)
      ;
    break;
  case 4: // Reads what a transfer still writes; 5: waits first.
  case 5:
    dma(dma_register::source) = reinterpret_cast<uint64_t>(&kind[0]);
    dma(dma_register::destination) = reinterpret_cast<uint64_t>(local);
    dma(dma_register::row_bytes) = 16;
    dma(dma_register::rows) = 1;
    dma(dma_register::start) = 1;
    if (kind[0] == 5)
      dma(dma_register::wait) = dma(dma_register::start);
    y[0] = local[1];
    dma(dma_register::wait) = dma(dma_register::start);
    break;
  }
  return 0;
}
