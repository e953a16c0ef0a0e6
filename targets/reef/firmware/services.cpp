//===- services.cpp - Functions for kernels -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/services.h"

namespace landfall::reef {

namespace {

double exp(double x) {
  if (x > 709.8)
    return __builtin_inf();
  if (!(x > -745.2))
    return x == x ? 0 : x;
  auto power =
      static_cast<int64_t>(x * 1.4426950408889634 + (x < 0 ? -.5 : .5));
  double rest = (x - static_cast<double>(power) * 0x1.62e42fefa3800p-1) -
                static_cast<double>(power) * 0x1.ef35793c76730p-45;
  double sum = 1;
  for (int term = 16; term > 0; --term)
    sum = 1 + sum * rest / term;
  return sum *
         __builtin_bit_cast(double, static_cast<uint64_t>(power + 1023) << 52);
}

} // namespace

const native::NativeServices services = {{(void *)&exp}};

} // namespace landfall::reef
