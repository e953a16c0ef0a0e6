//===- kernel_forms_for_test.h - Kernels and sizes of forms ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/native/suite/native_suite_for_test.h"

#include <functional>
#include <random>
#include <vector>

namespace landfall::native {

inline constexpr DType f32 = DType::f32, i64 = DType::i64,
                       boolean = DType::boolean;

/// A KernelMaker with the words that these tests need.
class FormMaker : public KernelMaker {
public:
  using KernelMaker::KernelMaker;

  NodeId op(ScalarOp op, NodeId a, NodeId b) {
    DType type = kernel.nodes[a].type;
    bool tests = info(op).signature == ScalarSignature::test;
    return scalar(op, tests ? boolean : type, {a, b});
  }
  NodeId add(NodeId a, NodeId b) { return op(ScalarOp::add, a, b); }
  NodeId sub(NodeId a, NodeId b) { return op(ScalarOp::sub, a, b); }
  NodeId mul(NodeId a, NodeId b) { return op(ScalarOp::mul, a, b); }
  NodeId both(NodeId a, NodeId b) { return op(ScalarOp::bit_and, a, b); }
  NodeId unary(ScalarOp op, NodeId a) {
    return scalar(op, kernel.nodes[a].type, {a});
  }
  /// 0 <= index < extent
  NodeId inside(NodeId index, NodeId extent) {
    return both(op(ScalarOp::le, literal(0), index),
                op(ScalarOp::lt, index, extent));
  }
  NodeId fold(NodeId low, NodeId high, NodeId init,
              const std::function<NodeId(NodeId index, NodeId carried)> &body) {
    DType type = kernel.nodes[init].type;
    NodeId loop = nest(NodeKind::loop, {low, high, init}, {[&] {
                         NodeId index = param(i64), carried = param(type);
                         yield({body(index, carried)});
                       }});
    return result(loop, 0, type);
  }
};

/// The case of launches at these sizes, with random operands.
inline Case run_at(Kernel kernel,
                   const std::vector<std::vector<int64_t>> &sizes,
                   Tolerance tolerance = {}) {
  std::mt19937 random(11);
  Case test{std::move(kernel), {}, tolerance};
  for (const auto &s : sizes)
    test.launches.push_back(random_launch(test.kernel, s, random));
  return test;
}

/// Sizes around the edges of vectors and tasks.
inline const std::vector<std::vector<int64_t>> matrices = {
    {1, 1}, {3, 5}, {0, 4}, {4, 0}, {7, 33}, {5, 64}, {2, 1000}, {130, 17}};

} // namespace landfall::native
