//===- common_subexpressions_test.cpp - Computing things once -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/common_subexpressions.h"

#include "kernel_analysis/rewrite/run_for_test.h"

namespace landfall::analysis {
namespace {

constexpr DType i32 = DType::i32, i64 = DType::i64;

TEST(CommonSubexpressions, mergesWholeFolds) {
  KernelMaker k("twice", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)});
  k.output(i32, {sized(0)});
  NodeId row = k.param(i64);
  NodeId a = row_sum(k, x, row), b = row_sum(k, x, row);
  k.yield({k.scalar(ScalarOp::mul, i32, {a, b})});
  Kernel merged = merge_common_subexpressions(k.kernel);
  EXPECT_EQ(count_kind(merged, merged.body, NodeKind::loop), 1u);
  EXPECT_EQ(run(merged, {3, 5}, {15, 3}), run(k.kernel, {3, 5}, {15, 3}));
}

TEST(CommonSubexpressions, tellsFoldsApartThatDifferInside) {
  KernelMaker k("two_rows", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)});
  k.output(i32, {sized(0)});
  NodeId row = k.param(i64);
  NodeId a = row_sum(k, x, row), b = row_sum(k, x, k.literal(0));
  k.yield({k.scalar(ScalarOp::sub, i32, {a, b})});
  Kernel merged = merge_common_subexpressions(k.kernel);
  EXPECT_EQ(count_kind(merged, merged.body, NodeKind::loop), 2u);
  EXPECT_EQ(run(merged, {3, 5}, {15, 3}), run(k.kernel, {3, 5}, {15, 3}));
}

TEST(CommonSubexpressions, anInnerBlockTakesFromTheOneAround) {
  // The branch repeats a product that stands before it.
  KernelMaker k("inner", KernelClass::map);
  k.kernel.loops = {fixed(4)};
  uint32_t x = k.input(i32, {fixed(4)});
  k.output(i32, {fixed(4)});
  NodeId i = k.param(i64);
  NodeId value = k.load(x, {i}), three = k.literal(3, i32);
  NodeId product = k.scalar(ScalarOp::mul, i32, {value, three});
  NodeId small = k.scalar(ScalarOp::lt, DType::boolean, {value, three});
  NodeId branch =
      k.nest(NodeKind::branch, {small},
             {[&] { k.yield({k.scalar(ScalarOp::mul, i32, {value, three})}); },
              [&] { k.yield({value}); }});
  k.yield({k.scalar(ScalarOp::add, i32, {product, k.result(branch, 0, i32)})});
  Kernel merged = merge_common_subexpressions(k.kernel);
  const Block &then = merged.nodes[branch].blocks[0];
  EXPECT_TRUE(then.nodes.empty());
  EXPECT_EQ(then.yields[0], product);
  EXPECT_EQ(run(merged, {}, {4, 4}), run(k.kernel, {}, {4, 4}));
}

TEST(CommonSubexpressions, neverTakesFromABlockThatMayNotRun) {
  // Both sides of a branch compute the same; neither may use the other's.
  KernelMaker k("sides", KernelClass::map);
  k.kernel.loops = {fixed(4)};
  uint32_t x = k.input(i32, {fixed(4)});
  k.output(i32, {fixed(4)});
  NodeId value = k.load(x, {k.param(i64)}), two = k.literal(2, i32);
  NodeId small = k.scalar(ScalarOp::lt, DType::boolean, {value, two});
  auto doubled = [&] { k.yield({k.scalar(ScalarOp::mul, i32, {value, two})}); };
  NodeId branch = k.nest(NodeKind::branch, {small}, {doubled, doubled});
  k.yield({k.result(branch, 0, i32)});
  Kernel merged = merge_common_subexpressions(k.kernel);
  for (const Block &side : merged.nodes[branch].blocks)
    EXPECT_EQ(count_kind(merged, side, NodeKind::scalar), 1u);
}

TEST(CommonSubexpressions, loadsOfWhatIsWrittenStayApart) {
  // y[i] = y[i] + 1 between two loads of y[i]: the second one sees the store.
  KernelMaker k("in_place", KernelClass::loops);
  k.kernel.loops = {fixed(4)};
  uint32_t y = k.add_operand({i32, {fixed(4)}, true, true});
  uint32_t z = k.output(i32, {fixed(4)});
  NodeId i = k.param(i64);
  NodeId next =
      k.scalar(ScalarOp::add, i32, {k.load(y, {i}), k.literal(1, i32)});
  k.store(y, {i, next});
  k.store(z, {i, k.load(y, {i})});
  Kernel merged = merge_common_subexpressions(k.kernel);
  EXPECT_EQ(count_kind(merged, merged.body, NodeKind::load), 2u);
  EXPECT_EQ(run(merged, {}, {4, 4}), (std::vector<int32_t>{2, 3, 4, 5}));
}

} // namespace
} // namespace landfall::analysis
