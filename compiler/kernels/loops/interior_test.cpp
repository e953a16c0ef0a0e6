//===- interior_test.cpp - Where guards hold ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/interior.h"

#include "compiler/kernels/frame/frame_for_test.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType boolean = DType::boolean, f32 = DType::f32, i64 = DType::i64;

/// A padded window along one axis: y[i, j] = sum over r < 3 of
/// x[i, stride * j + r - 1] where that is inside of x, which has s0 columns.
struct Window : KernelMaker {
  explicit Window(int64_t stride) : KernelMaker("window", KernelClass::map) {
    kernel.size_count = 2;
    kernel.loops = {fixed(4), sized(1)};
    x = input(f32, {fixed(4), sized(0)});
    output(f32, kernel.loops);
    i = param(i64);
    j = param(i64);
    NodeId loop =
        nest(NodeKind::loop, {literal(0), literal(3), real(0)}, {[&] {
               NodeId r = param(i64), sum = param(f32);
               NodeId at = op(ScalarOp::mul, j, literal(stride));
               at = op(ScalarOp::sub, op(ScalarOp::add, at, r), literal(1));
               low = scalar(ScalarOp::le, boolean, {literal(0), at});
               high = scalar(ScalarOp::lt, boolean, {at, size(0)});
               NodeId inside = scalar(ScalarOp::bit_and, boolean, {low, high});
               NodeId value = load(x, {i, at, inside, real(0)});
               yield({scalar(ScalarOp::add, f32, {sum, value})});
             }});
    yield({result(loop, 0, f32)});
    plan.order = {0, 1};
    plan.lane_place = 1;
  }
  NodeId op(ScalarOp which, NodeId a, NodeId b) {
    return scalar(which, i64, {a, b});
  }
  struct Columns {
    int64_t low, high;
    friend bool operator==(const Columns &, const Columns &) = default;
  };
  /// The columns for which no guard needs looking at.
  Columns interior(int64_t image) {
    Machine machine;
    FrameForTest frame(kernel, machine, {image, image});
    auto range =
        Interior(kernel, plan).emit(frame, [](NodeId) { return nullptr; });
    return {frame.number(range.low), frame.number(range.high)};
  }

  LoopPlan plan;
  uint32_t x;
  NodeId i, j, low, high;
};

TEST(Interior, findsTheComparisonsOfGuards) {
  Window k(1);
  Interior interior(k.kernel, k.plan);
  EXPECT_EQ(interior.comparisons().size(), 2u);
  EXPECT_TRUE(interior.comparisons().contains(k.low));
  EXPECT_TRUE(interior.comparisons().contains(k.high));
  EXPECT_TRUE(interior.row_comparisons().empty()); // Both look at the lanes.
}

TEST(Interior, isWhereTheWholeWindowIsInside) {
  // j - 1 >= 0 and j + 1 < 10
  EXPECT_EQ(Window(1).interior(10), (Window::Columns{1, 9}));
  // 2 j - 1 >= 0, so j >= 1 rounded up; 2 j + 1 < 10, so j <= 4 rounded down.
  EXPECT_EQ(Window(2).interior(10), (Window::Columns{1, 5}));
  EXPECT_EQ(Window(3).interior(10), (Window::Columns{1, 3}));
}

TEST(Interior, countsFromTheOtherEndForNegativeStrides) {
  // -j - 1 >= 0 holds for no index: low is behind high.
  Window::Columns columns = Window(-1).interior(10);
  EXPECT_LE(columns.high, 0);
}

TEST(Interior, isEmptyWhereTheWindowIsWiderThanTheImage) {
  Window::Columns columns = Window(1).interior(2);
  EXPECT_GE(columns.low, columns.high);
}

TEST(Interior, guardsThatOnlyRowsDecideAreToldApart) {
  // A second guard, i < 3, is the same for all columns.
  Window k(1);
  NodeId row = k.scalar(ScalarOp::lt, boolean, {k.i, k.literal(3)});
  k.load(k.x, {k.i, k.j, row, k.real(0)});
  Interior interior(k.kernel, k.plan);
  EXPECT_EQ(interior.comparisons().size(), 3u);
  EXPECT_EQ(interior.row_comparisons().size(), 1u);
  for (int64_t at : {0, 2, 3}) {
    Machine machine;
    FrameForTest frame(k.kernel, machine, {10, 10});
    llvm::Value *holds = interior.emit_row(frame, [&](NodeId id) {
      return id == k.i ? frame.index(at) : nullptr;
    });
    EXPECT_EQ(frame.number(holds), at < 3);
  }
}

TEST(Interior, withoutAGuardOnTheLanesThereIsNothingToGain) {
  KernelMaker k("rows", KernelClass::map);
  k.kernel.loops = {fixed(4), fixed(9)};
  uint32_t x = k.input(f32, {fixed(3), fixed(9)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId inside = k.scalar(ScalarOp::lt, boolean, {i, k.literal(3)});
  k.yield({k.load(x, {i, j, inside, k.real(0)})});
  LoopPlan plan;
  plan.order = {0, 1};
  plan.lane_place = 1;
  EXPECT_TRUE(Interior(k.kernel, plan).comparisons().empty());
}

TEST(Interior, guardsOfOtherThingsAreLeft) {
  // A guard on loaded data can hold or not at any column.
  KernelMaker k("masked", KernelClass::map);
  k.kernel.loops = {fixed(9)};
  uint32_t x = k.input(f32, {fixed(9)}), mask = k.input(boolean, {fixed(9)});
  k.output(f32, k.kernel.loops);
  NodeId j = k.param(i64);
  k.yield({k.load(x, {j, k.load(mask, {j}), k.real(0)})});
  LoopPlan plan;
  plan.order = {0};
  plan.lane_place = 0;
  EXPECT_TRUE(Interior(k.kernel, plan).comparisons().empty());
}

} // namespace
} // namespace landfall::kernels
