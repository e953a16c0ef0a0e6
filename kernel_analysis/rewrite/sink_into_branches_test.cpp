//===- sink_into_branches_test.cpp - Only what is taken -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/sink_into_branches.h"

#include "kernel_analysis/rewrite/run_for_test.h"

namespace landfall::analysis {
namespace {

constexpr DType i32 = DType::i32, i64 = DType::i64;

/// z[i] = y[i] where i < 2, elsewhere what `other` makes of x and i.
template <typename F> Kernel concat(F other) {
  KernelMaker k("concat", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)}), y = k.input(i32, {fixed(2)});
  k.output(i32, {sized(0)});
  NodeId i = k.param(i64);
  NodeId first = k.scalar(ScalarOp::lt, DType::boolean, {i, k.literal(2)});
  other(k, x, y, i, first);
  return std::move(k.kernel);
}

void expect_same(const Kernel &changed, const Kernel &kernel) {
  EXPECT_TRUE(verify(changed).ok());
  EXPECT_EQ(run(changed, {4, 5}, {20, 2, 4}), run(kernel, {4, 5}, {20, 2, 4}));
}

TEST(SinkIntoBranches, movesWorkToTheSideThatNeedsIt) {
  Kernel kernel = concat(
      [](KernelMaker &k, uint32_t x, uint32_t y, NodeId i, NodeId first) {
        NodeId sum = row_sum(k, x, i);
        k.yield({k.load(y, {i, first, sum})});
      });
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::branch), 1u);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 0u);
  expect_same(sunk, kernel);
}

TEST(SinkIntoBranches, bothSidesOfASelect) {
  Kernel kernel =
      concat([](KernelMaker &k, uint32_t x, uint32_t, NodeId i, NodeId first) {
        NodeId last = k.scalar(ScalarOp::sub, i64, {k.size(0), k.literal(1)});
        NodeId there = k.scalar(ScalarOp::sub, i64, {last, i});
        NodeId here = row_sum(k, x, i), far = row_sum(k, x, there);
        k.yield({k.scalar(ScalarOp::select, i32, {first, here, far})});
      });
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::branch), 1u);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 0u);
  expect_same(sunk, kernel);
}

TEST(SinkIntoBranches, whatTheConditionChangesFasterThanStays) {
  // A row's sum, which a mask uses or not, is computed once for the row.
  KernelMaker k("masked", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(i32, {sized(0), sized(1)});
  k.output(i32, {sized(0), sized(1)});
  NodeId row = k.param(i64), column = k.param(i64);
  NodeId sum = row_sum(k, x, row);
  NodeId first = k.scalar(ScalarOp::lt, DType::boolean, {column, k.literal(2)});
  NodeId other = row_sum(k, x, row);
  k.yield({k.scalar(ScalarOp::select, i32, {first, sum, other})});
  Kernel kernel = std::move(k.kernel);
  Kernel kept = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(kept, kept.body, NodeKind::branch), 0u);
  EXPECT_EQ(count_kind(kept, kept.body, NodeKind::loop), 2u);
  // A mask of whole rows changes no faster than the sums.
  for (Node &node : kernel.nodes)
    if (node.op == ScalarOp::lt && node.kind == NodeKind::scalar)
      node.args[0] = row;
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::branch), 1u);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 0u);
  EXPECT_EQ(run(sunk, {4, 5}, {20, 20}), run(kernel, {4, 5}, {20, 20}));
}

TEST(SinkIntoBranches, littleWorkIsDoneFasterThanABranchIsTaken) {
  Kernel kernel = concat(
      [](KernelMaker &k, uint32_t x, uint32_t y, NodeId i, NodeId first) {
        k.yield({k.load(y, {i, first, k.load(x, {i, k.literal(0)})})});
      });
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::branch), 0u);
  expect_same(sunk, kernel);
}

TEST(SinkIntoBranches, whatIsUsedElsewhereTooStays) {
  Kernel kernel = concat(
      [](KernelMaker &k, uint32_t x, uint32_t y, NodeId i, NodeId first) {
        NodeId sum = row_sum(k, x, i);
        NodeId picked = k.load(y, {i, first, sum});
        k.yield({k.scalar(ScalarOp::add, i32, {picked, sum})});
      });
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 1u);
  expect_same(sunk, kernel);
}

TEST(SinkIntoBranches, theConditionIsComputedBeforeTheBranch) {
  // The sum decides which side runs, so it cannot move into one.
  Kernel kernel =
      concat([](KernelMaker &k, uint32_t x, uint32_t y, NodeId i, NodeId) {
        NodeId sum = row_sum(k, x, i);
        NodeId small =
            k.scalar(ScalarOp::lt, DType::boolean, {sum, k.literal(40, i32)});
        NodeId two = k.scalar(ScalarOp::lt, DType::boolean, {i, k.literal(2)});
        NodeId both = k.scalar(ScalarOp::bit_and, DType::boolean, {small, two});
        k.yield({k.load(y, {i, both, sum})});
      });
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 1u);
  expect_same(sunk, kernel);
}

TEST(SinkIntoBranches, storesInsideOfWhatIsNeededStay) {
  // The loop that sums the row copies it too.
  KernelMaker k("copy", KernelClass::loops);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)}), y = k.input(i32, {fixed(2)});
  uint32_t z = k.output(i32, {sized(0), sized(1)});
  NodeId row = k.param(i64);
  NodeId first = k.scalar(ScalarOp::lt, DType::boolean, {row, k.literal(2)});
  NodeId loop = k.nest(
      NodeKind::loop, {k.literal(0), k.size(1), k.literal(0, i32)}, {[&] {
        NodeId i = k.param(i64), sum = k.param(i32);
        NodeId element = k.load(x, {row, i});
        k.store(z, {row, i, element});
        k.yield({k.scalar(ScalarOp::add, i32, {sum, element})});
      }});
  NodeId picked = k.load(y, {row, first, k.result(loop, 0, i32)});
  k.store(z, {row, k.literal(0), picked});
  Kernel kernel = std::move(k.kernel);
  Kernel sunk = sink_into_branches(kernel);
  EXPECT_EQ(count_kind(sunk, sunk.body, NodeKind::loop), 1u);
  EXPECT_TRUE(verify(sunk).ok());
  EXPECT_EQ(run(sunk, {4, 5}, {20, 2, 20}), run(kernel, {4, 5}, {20, 2, 20}));
}

} // namespace
} // namespace landfall::analysis
