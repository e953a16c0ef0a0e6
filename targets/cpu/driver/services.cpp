//===- services.cpp - Functions for generated code ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/services.h"

#include <cmath>

namespace landfall::cpu {

namespace {

using Unary = double (*)(double);
using Binary = double (*)(double, double);
using Ternary = double (*)(double, double, double);

NativeServices make_services() {
  NativeServices table = {};
  auto set = [&](Service service, auto function) {
    table.functions[static_cast<uint32_t>(service)] =
        reinterpret_cast<void *>(function);
  };
  set(Service::exp, Unary(std::exp));
  set(Service::log, Unary(std::log));
  set(Service::sin, Unary(std::sin));
  set(Service::cos, Unary(std::cos));
  set(Service::tan, Unary(std::tan));
  set(Service::asin, Unary(std::asin));
  set(Service::acos, Unary(std::acos));
  set(Service::atan, Unary(std::atan));
  set(Service::sinh, Unary(std::sinh));
  set(Service::cosh, Unary(std::cosh));
  set(Service::tanh, Unary(std::tanh));
  set(Service::asinh, Unary(std::asinh));
  set(Service::acosh, Unary(std::acosh));
  set(Service::atanh, Unary(std::atanh));
  set(Service::erf, Unary(std::erf));
  set(Service::log1p, Unary(std::log1p));
  set(Service::pow, Binary(std::pow));
  set(Service::fmod, Binary(std::fmod));
  set(Service::fma, Ternary(std::fma));
  return table;
}

} // namespace

const NativeServices &services() {
  static const NativeServices table = make_services();
  return table;
}

} // namespace landfall::cpu
