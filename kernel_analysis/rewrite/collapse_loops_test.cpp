//===- collapse_loops_test.cpp - Fewer, longer loops ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/collapse_loops.h"

#include "kernel_analysis/rewrite/run_for_test.h"

namespace landfall::analysis {
namespace {

constexpr DType i32 = DType::i32, i64 = DType::i64;

/// y[a, 0, b, c] = x[a, 0, b, c] + w[a], extents s0, 1, s1, 4.
Kernel bias() {
  KernelMaker k("bias", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), fixed(1), sized(1), fixed(4)};
  uint32_t x = k.input(i32, k.kernel.loops), w = k.input(i32, {sized(0)});
  k.output(i32, k.kernel.loops);
  std::vector<NodeId> at;
  for (int d = 0; d < 4; ++d)
    at.push_back(k.param(i64));
  k.yield({k.scalar(ScalarOp::add, i32, {k.load(x, at), k.load(w, {at[0]})})});
  return std::move(k.kernel);
}

TEST(CollapseLoops, mergesTheDigitsOfOneNumber) {
  CollapsedKernel collapsed = collapse_loops(bias());
  EXPECT_EQ(collapsed.kernel.loops.size(), 2u); // s0 and s1 * 4
  ASSERT_EQ(collapsed.products.size(), 1u);
  EXPECT_EQ(collapsed.products[0].outer, sized(1));
  EXPECT_EQ(collapsed.products[0].inner, fixed(4));
  EXPECT_EQ(run(collapsed.kernel, {3, 5, 20}, {60, 3, 60}),
            run(bias(), {3, 5}, {60, 3, 60}));
}

TEST(CollapseLoops, keepsIndicesThatAreUsedAlone) {
  KernelMaker k("iota", KernelClass::map);
  k.kernel.loops = {fixed(3), fixed(4)};
  k.output(i64, k.kernel.loops);
  k.param(i64);
  k.yield({k.param(i64)});
  EXPECT_EQ(collapse_loops(std::move(k.kernel)).kernel.loops.size(), 2u);
}

TEST(CollapseLoops, keepsLoopsThatAnOperandSwaps) {
  // y[i, j] = x[j, i]: in x, the two indices are not one number.
  KernelMaker k("transpose", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(i32, {sized(1), sized(0)});
  k.output(i32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  k.yield({k.load(x, {j, i})});
  EXPECT_EQ(collapse_loops(std::move(k.kernel)).kernel.loops.size(), 2u);
}

TEST(CollapseLoops, keepsLoopsThatCoverPartOfADimension) {
  // y[i, j] = x[i, j] where x is wider than y: rows of x do not follow those
  // of y.
  KernelMaker k("crop", KernelClass::map);
  k.kernel.loops = {fixed(3), fixed(4)};
  uint32_t x = k.input(i32, {fixed(3), fixed(6)});
  k.output(i32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  k.yield({k.load(x, {i, j})});
  EXPECT_EQ(collapse_loops(std::move(k.kernel)).kernel.loops.size(), 2u);
}

TEST(CollapseLoops, multipliesWhatIsKnownAtOnce) {
  // Fixed extents need no size of their own; loops of one iteration vanish.
  KernelMaker k("copy", KernelClass::map);
  k.kernel.loops = {fixed(3), fixed(1), fixed(4)};
  uint32_t x = k.input(i32, k.kernel.loops);
  k.output(i32, k.kernel.loops);
  NodeId a = k.param(i64), b = k.param(i64), c = k.param(i64);
  k.yield({k.load(x, {a, b, c})});
  CollapsedKernel collapsed = collapse_loops(std::move(k.kernel));
  EXPECT_EQ(collapsed.kernel.loops, std::vector<Extent>{fixed(12)});
  EXPECT_TRUE(collapsed.products.empty());
}

} // namespace
} // namespace landfall::analysis
