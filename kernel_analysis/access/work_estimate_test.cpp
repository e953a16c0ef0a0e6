//===- work_estimate_test.cpp - How long a node takes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/work_estimate.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType f16 = DType::f16, f32 = DType::f32, f64 = DType::f64,
                i64 = DType::i64;

struct Nodes : KernelMaker {
  Nodes() : KernelMaker("nodes", KernelClass::map) { kernel.size_count = 1; }
  double work(ScalarOp op, DType type) {
    NodeId x = literal(0, type);
    return work_of(kernel, scalar(op, type, {x, x}));
  }
  /// A loop from `low` to `high` with one addition in it.
  NodeId loop(NodeId low, NodeId high) {
    return nest(NodeKind::loop, {low, high, real(0)}, {[&] {
                  param(i64);
                  NodeId sum = param(f32);
                  yield({scalar(ScalarOp::add, f32, {sum, sum})});
                }});
  }
};

TEST(WorkEstimate, ordersOperationsByWhatTheyCost) {
  Nodes k;
  double add = k.work(ScalarOp::add, f32), div = k.work(ScalarOp::div, f32);
  double exp = k.work(ScalarOp::exp, f32), tan = k.work(ScalarOp::tan, f32);
  EXPECT_LT(add, div);
  EXPECT_LT(div, exp);
  EXPECT_LT(exp, tan); // A call; exp is code in place.
  EXPECT_LT(exp, k.work(ScalarOp::exp, f64));
  EXPECT_LT(add, k.work(ScalarOp::add, f16)); // Rounded after each operation.
}

TEST(WorkEstimate, constantsAndIndicesAreFree) {
  Nodes k;
  EXPECT_EQ(work_of(k.kernel, k.literal(1)), 0);
  EXPECT_EQ(work_of(k.kernel, k.size(0)), 0);
  EXPECT_EQ(work_of(k.kernel, k.param(i64)), 0);
}

TEST(WorkEstimate, loopsCountTheirTrips) {
  Nodes k;
  NodeId four = k.loop(k.literal(2), k.literal(6));
  NodeId eight = k.loop(k.literal(0), k.literal(8));
  const Kernel &kernel = k.kernel;
  EXPECT_EQ(trips_of(kernel, kernel.nodes[four], 64), 4);
  double once = work_of(kernel, kernel.nodes[four].blocks[0]);
  EXPECT_EQ(work_of(kernel, eight) - work_of(kernel, four), 4 * once);
}

TEST(WorkEstimate, whoAsksSaysHowLongUnknownLoopsAre) {
  Nodes k;
  NodeId loop = k.loop(k.literal(0), k.size(0));
  const Kernel &kernel = k.kernel;
  EXPECT_EQ(trips_of(kernel, kernel.nodes[loop], 10), 10);
  EXPECT_LT(work_of(kernel, loop, 1), work_of(kernel, loop, 1000));
}

TEST(WorkEstimate, aLoopThatEndsBeforeItBeginsHasNoTrips) {
  Nodes k;
  NodeId loop = k.loop(k.literal(5), k.literal(2));
  EXPECT_EQ(trips_of(k.kernel, k.kernel.nodes[loop], 64), 0);
}

TEST(WorkEstimate, aBranchCountsBothSides) {
  Nodes k;
  NodeId yes = k.literal(1, DType::boolean), x = k.real(1);
  auto side = [&](ScalarOp op) {
    return [&k, op, x] { k.yield({k.scalar(op, f32, {x, x})}); };
  };
  NodeId branch = k.nest(NodeKind::branch, {yes},
                         {side(ScalarOp::add), side(ScalarOp::div)});
  EXPECT_GT(work_of(k.kernel, branch),
            k.work(ScalarOp::add, f32) + k.work(ScalarOp::div, f32));
}

} // namespace
} // namespace landfall::analysis
