//===- packages_for_test.h - Packages without a compiler --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.hpp>

#include "package/kernel_for_test.h"
#include "package/package.h"

namespace landfall::c_api {

/// relu(x + y) over vectors of any length, for the null device.
inline std::vector<uint8_t> add_relu_package() {
  Package package;
  package.target = "null";
  package.producer = "test";
  package.kernels = {add_relu_kernel()};
  package.code = {{"null", "descriptions", {}}};
  Program &program = package.program;
  program.int_registers = 1;
  program.value_registers = 3;
  program.code = {
      {Op::input, {0, 0}},
      {Op::input, {1, 1}},
      {Op::dim, {0, 0, 0}},
      {Op::alloc, {2, uint32_t(DType::f32), 1, 0}},
      {Op::launch, {0, 3, 0, 1, 2, 1, 0}},
      {Op::output, {0, 2}},
      {Op::stop, {}},
  };
  auto port = [](const char *name) {
    return SignatureValue{name, ValueKind::tensor, DType::f32, {{-1, "N"}}};
  };
  program.entries = {{"main", 0, {port("x"), port("y")}, {port("sum")}}};
  return serialize(package);
}

inline lf::Package open_package() {
  std::vector<uint8_t> bytes = add_relu_package();
  return lf::Package::from_bytes(bytes.data(), bytes.size());
}

/// The same for the CPU, which has no code for it.
inline lf::Package open_fallback_package() {
  Package package =
      *parse_package(share_bytes(add_relu_package()), "", StoredChecks::none);
  package.target = "cpu";
  package.code.clear();
  package.fallbacks = {{0, "it is a test", false}};
  std::vector<uint8_t> bytes = serialize(package);
  return lf::Package::from_bytes(bytes.data(), bytes.size());
}

/// Hands its input on by a copy in device memory, which no code is needed for.
inline std::vector<uint8_t> copy_package() {
  Package package;
  package.target = "reef";
  package.producer = "test";
  Program &program = package.program;
  program.int_registers = 1;
  program.value_registers = 2;
  program.code = {
      {Op::input, {0, 0}},
      {Op::dim, {0, 0, 0}},
      {Op::alloc, {1, uint32_t(DType::f32), 1, 0}},
      {Op::copy, {1, 0}},
      {Op::output, {0, 1}},
      {Op::stop, {}},
  };
  auto port = [](const char *name) {
    return SignatureValue{name, ValueKind::tensor, DType::f32, {{-1, "N"}}};
  };
  program.entries = {{"main", 0, {port("x")}, {port("y")}}};
  return serialize(package);
}

} // namespace landfall::c_api
