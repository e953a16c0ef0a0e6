//===- scalar_code_test.cpp - Every operation on every type ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
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

/// A kernel with one output for each of many operations over size 0.
class ManyResults : public KernelMaker {
public:
  explicit ManyResults(const std::string &name)
      : KernelMaker(name, KernelClass::map) {
    kernel.size_count = 1;
    kernel.loops = {sized(0)};
    index_ = param(DType::i64);
  }

  NodeId operand(DType type) { return load(input(type, {sized(0)}), {index_}); }
  void result(ScalarOp op, DType type, std::vector<NodeId> args) {
    args.resize(size_t(info(op).arity));
    results_.push_back(scalar(op, type, std::move(args)));
  }
  /// Inputs come first, so outputs are added at the end.
  Case finish(double ulps) {
    for (NodeId id : results_)
      output(kernel.nodes[id].type, {sized(0)});
    yield(results_);
    std::mt19937 random(7);
    Case test{std::move(kernel), {}, {ulps, 0}};
    for (int64_t size : {0, 1, 5, 40, 333})
      test.launches.push_back(random_launch(test.kernel, {size}, random, true));
    return test;
  }
  bool empty() const { return results_.empty(); }

private:
  NodeId index_;
  std::vector<NodeId> results_;
};

/// What doubles are handed to a service for.
bool is_service(ScalarOp op) {
  return (op >= ScalarOp::exp && op != ScalarOp::fma) || op == ScalarOp::pow;
}

double ulps_of(ScalarOp op, DType type) {
  if (type != DType::f32 && is_real(type))
    return type == DType::f64 ? is_service(op) ? service_ulps : 0 : 1;
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

/// The operations of a type, those with the same tolerance in one kernel.
TEST(ScalarCode, everyOperationOnEveryType) {
  std::vector<Case> cases;
  for (DType type : all_types())
    for (double ulps : {0, 1, 2, 3}) {
      ManyResults k(fmt::format("operations_{}_{}", name(type), ulps));
      NodeId flag = k.operand(DType::boolean);
      NodeId x = k.operand(type), y = k.operand(type), z = k.operand(type);
      for (int o = 0; o < scalar_op_count(); ++o) {
        ScalarOp op = ScalarOp(o);
        bool tests = info(op).signature == ScalarSignature::test;
        if (!allowed(op, type) || ulps_of(op, type) != ulps)
          continue;
        if (op == ScalarOp::select)
          k.result(op, type, {flag, x, y});
        else
          k.result(op, tests ? DType::boolean : type, {x, y, z});
      }
      if (!k.empty())
        cases.push_back(k.finish(ulps));
    }
  check_cases(cases);
}

TEST(ScalarCode, everyConversion) {
  std::vector<Case> cases;
  for (ScalarOp op : {ScalarOp::cast, ScalarOp::cast_sat})
    for (DType from : all_types()) {
      ManyResults k(fmt::format("{}_from_{}", info(op).text, name(from)));
      NodeId x = k.operand(from);
      for (DType to : all_types())
        k.result(op, to, {x});
      cases.push_back(k.finish(0));
    }
  check_cases(cases);
}

TEST(ScalarCode, bitcastsBetweenEqualWidths) {
  std::vector<Case> cases;
  for (DType from : all_types()) {
    if (info(from).bits < 8)
      continue;
    ManyResults k(fmt::format("bitcasts_from_{}", name(from)));
    NodeId x = k.operand(from);
    for (DType to : all_types())
      if (info(to).bits == info(from).bits)
        k.result(ScalarOp::bitcast, to, {x});
    cases.push_back(k.finish(0));
  }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
