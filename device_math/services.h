//===- services.h - The table of math functions for kernels -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "device_math/device_math.h"
#include "package/native_abi.h"

namespace landfall::device_math {

/// The functions of device_math.h at the indices of `Service`. That of fma is
/// null: chips without a C library have the instruction.
inline NativeServices services() {
  using Unary = double (*)(double);
  using Binary = double (*)(double, double);
  NativeServices table = {};
  auto set = [&](Service slot, auto function) {
    table.functions[static_cast<uint32_t>(slot)] =
        reinterpret_cast<void *>(function);
  };
  set(Service::exp, Unary(device_math::exp));
  set(Service::log, Unary(device_math::log));
  set(Service::sin, Unary(device_math::sin));
  set(Service::cos, Unary(device_math::cos));
  set(Service::tan, Unary(device_math::tan));
  set(Service::asin, Unary(device_math::asin));
  set(Service::acos, Unary(device_math::acos));
  set(Service::atan, Unary(device_math::atan));
  set(Service::sinh, Unary(device_math::sinh));
  set(Service::cosh, Unary(device_math::cosh));
  set(Service::tanh, Unary(device_math::tanh));
  set(Service::asinh, Unary(device_math::asinh));
  set(Service::acosh, Unary(device_math::acosh));
  set(Service::atanh, Unary(device_math::atanh));
  set(Service::erf, Unary(device_math::erf));
  set(Service::log1p, Unary(device_math::log1p));
  set(Service::pow, Binary(device_math::pow));
  set(Service::fmod, Binary(device_math::fmod));
  return table;
}

} // namespace landfall::device_math
