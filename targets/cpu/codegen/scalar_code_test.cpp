//===- scalar_code_test.cpp - Every operation on every type ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/codegen/kernel_check_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::cpu {
namespace {

std::vector<DType> all_types() {
  std::vector<DType> types;
  for (int k = 0; k < dtype_count(); ++k)
    if (info(DType(k)).kind != DTypeKind::complex &&
        info(DType(k)).kind != DTypeKind::text)
      types.push_back(DType(k));
  return types;
}

bool allowed(ScalarOp op, DType type) {
  switch (info(op).signature) {
  case ScalarSignature::real:
    return is_real(type);
  case ScalarSignature::logic:
    return !is_real(type);
  case ScalarSignature::same:
    return type != DType::boolean;
  case ScalarSignature::cast:
    return false;
  default:
    return true;
  }
}

/// out[i] = op(x[i], y[i], ...) over size 0.
Kernel point_kernel(ScalarOp op, DType type) {
  KernelMaker k(fmt::format("{}_{}", info(op).text, name(type)),
                KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  bool tests = info(op).signature == ScalarSignature::test;
  DType result = tests ? DType::boolean : type;
  std::vector<DType> types(size_t(info(op).arity), type);
  if (op == ScalarOp::select)
    types[0] = DType::boolean;
  std::vector<uint32_t> inputs;
  for (DType t : types)
    inputs.push_back(k.input(t, {sized(0)}));
  k.output(result, {sized(0)});
  NodeId i = k.param(DType::i64);
  std::vector<NodeId> args;
  for (uint32_t input : inputs)
    args.push_back(k.load(input, {i}));
  k.yield({k.scalar(op, result, args)});
  return std::move(k.kernel);
}

Kernel cast_kernel(ScalarOp op, DType to, DType from) {
  KernelMaker k(fmt::format("{}_{}_{}", info(op).text, name(to), name(from)),
                KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(from, {sized(0)});
  k.output(to, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.yield({k.scalar(op, to, {k.load(x, {i})})});
  return std::move(k.kernel);
}

Case with_launches(Kernel kernel, double ulps) {
  std::mt19937 random(7);
  Case test{std::move(kernel), {}, {ulps, 0}};
  for (int64_t size : {0, 1, 5, 40, 333})
    test.launches.push_back(random_launch(test.kernel, {size}, random, true));
  return test;
}

double ulps_of(ScalarOp op, DType type) {
  if (type != DType::f32 && is_real(type))
    return type == DType::f64 ? 0 : 1;
  switch (op) {
  case ScalarOp::tanh:
  case ScalarOp::erf:
    return 3;
  case ScalarOp::exp:
  case ScalarOp::log:
  case ScalarOp::sin:
  case ScalarOp::cos:
  case ScalarOp::pow:
    return 2;
  case ScalarOp::mod:
    return 1;
  default:
    return 0;
  }
}

TEST(ScalarCode, everyOperationOnEveryType) {
  std::vector<Case> cases;
  for (int o = 0; o < scalar_op_count(); ++o)
    for (DType type : all_types())
      if (allowed(ScalarOp(o), type))
        cases.push_back(with_launches(point_kernel(ScalarOp(o), type),
                                      ulps_of(ScalarOp(o), type)));
  check_cases(cases);
}

TEST(ScalarCode, everyConversion) {
  std::vector<Case> cases;
  for (ScalarOp op : {ScalarOp::cast, ScalarOp::cast_sat})
    for (DType to : all_types())
      for (DType from : all_types())
        cases.push_back(with_launches(cast_kernel(op, to, from), 0));
  check_cases(cases);
}

TEST(ScalarCode, bitcastsBetweenEqualWidths) {
  std::vector<Case> cases;
  for (DType to : all_types())
    for (DType from : all_types())
      if (info(to).bits == info(from).bits && info(to).bits >= 8)
        cases.push_back(
            with_launches(cast_kernel(ScalarOp::bitcast, to, from), 0));
  check_cases(cases);
}

} // namespace
} // namespace landfall::cpu
