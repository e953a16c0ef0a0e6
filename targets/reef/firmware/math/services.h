//===- services.h - The functions in kernels' table -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/native_abi.h"
#include "targets/reef/firmware/math/device_math.h"

namespace landfall::reef::math {

/// The table that kernels are called with, in the slots of native::Service.
inline native::NativeServices services() {
  using native::Service;
  using Unary = double (*)(double);
  using Binary = double (*)(double, double);
  native::NativeServices table = {};
  auto set = [&](Service slot, auto function) {
    table.functions[static_cast<uint32_t>(slot)] =
        reinterpret_cast<void *>(function);
  };
  set(Service::exp, Unary(math::exp));
  set(Service::log, Unary(math::log));
  set(Service::sin, Unary(math::sin));
  set(Service::cos, Unary(math::cos));
  set(Service::tan, Unary(math::tan));
  set(Service::asin, Unary(math::asin));
  set(Service::acos, Unary(math::acos));
  set(Service::atan, Unary(math::atan));
  set(Service::sinh, Unary(math::sinh));
  set(Service::cosh, Unary(math::cosh));
  set(Service::tanh, Unary(math::tanh));
  set(Service::asinh, Unary(math::asinh));
  set(Service::acosh, Unary(math::acosh));
  set(Service::atanh, Unary(math::atanh));
  set(Service::erf, Unary(math::erf));
  set(Service::log1p, Unary(math::log1p));
  set(Service::pow, Binary(math::pow));
  set(Service::fmod, Binary(math::fmod));
  return table;
}

} // namespace landfall::reef::math
