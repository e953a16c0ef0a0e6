//===- column_plan_test.cpp - Rows of one element -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/column_plan.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

const Machine machine = {.vector = {.register_bits = 256, .registers = 16}};

/// y[i, j, k] = x[k] for i < s0, j < s1, k < `last`.
Kernel expand(Extent last) {
  KernelMaker k("expand", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1), last};
  uint32_t x = k.input(DType::f32, {last});
  k.output(DType::f32, k.kernel.loops);
  k.param(DType::i64);
  k.param(DType::i64);
  NodeId column = k.param(DType::i64);
  k.yield({k.load(x, {column})});
  return std::move(k.kernel);
}

std::optional<LoopPlan> column_plan(const Kernel &kernel,
                                    const Machine &on = machine) {
  return plan_one_column(kernel, on, plan_loops(kernel, on));
}

TEST(ColumnPlan, lanesLieAlongTheLoopBeforeTheLast) {
  std::optional<LoopPlan> plan = column_plan(expand(sized(2)));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->order, (std::vector<uint32_t>{2, 0, 1}));
  EXPECT_EQ(plan->lane_place, 2u);
  EXPECT_EQ(plan->row_loops, 2u);
  EXPECT_EQ(plan->depth, (std::vector<size_t>{1}));
}

TEST(ColumnPlan, extentsThatAreKnownNeedNone) {
  EXPECT_FALSE(column_plan(expand(fixed(97))));
}

/// y[i, j] = x[i, j] for x of s2 columns, or, guarded, x[i, j - 1].
Kernel move(bool guarded, Extent columns) {
  KernelMaker k("move", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(DType::f32, {sized(0), columns});
  k.output(DType::f32, k.kernel.loops);
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId one = k.literal(1),
         from = k.scalar(ScalarOp::sub, DType::i64, {j, one});
  NodeId exists = k.scalar(ScalarOp::le, DType::boolean, {one, j});
  k.yield(
      {guarded ? k.load(x, {i, from, exists, k.real(0)}) : k.load(x, {i, j})});
  return std::move(k.kernel);
}

TEST(ColumnPlan, whatWouldBeGatheredHasNone) {
  EXPECT_TRUE(column_plan(move(false, sized(1))));
  EXPECT_FALSE(column_plan(move(false, sized(2)))); // Rows of another length.
  EXPECT_FALSE(column_plan(move(true, sized(1))));
}

TEST(ColumnPlan, bodiesWithLoopsNeedNone) {
  KernelMaker k("sum", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(DType::f32, {sized(0), sized(2), sized(1)});
  k.output(DType::f32, k.kernel.loops);
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId loop =
      k.nest(NodeKind::loop, {k.literal(0), k.size(2), k.real(0)}, {[&] {
               NodeId r = k.param(DType::i64), sum = k.param(DType::f32);
               k.yield({k.scalar(ScalarOp::add, DType::f32,
                                 {sum, k.load(x, {i, r, j})})});
             }});
  k.yield({k.result(loop, 0, DType::f32)});
  EXPECT_FALSE(column_plan(k.kernel));
}

TEST(ColumnPlan, scalableRegistersNeedNone) {
  Machine scalable = machine;
  scalable.vector.scalable = true;
  EXPECT_FALSE(column_plan(expand(sized(2)), scalable));
}

} // namespace
} // namespace landfall::kernels
