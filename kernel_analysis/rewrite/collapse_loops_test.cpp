//===- collapse_loops_test.cpp - Fewer, longer loops ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/collapse_loops.h"

#include "kernel_analysis/rewrite/run_for_test.h"

#include <functional>

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

/// y[i, a, b, c] = x[i, a, b, c] - (the sum of x[i, ...]), extents s0 to s3;
/// the innermost fold runs to `end`.
struct Centred : KernelMaker {
  explicit Centred(uint32_t end = 3)
      : KernelMaker("centred", KernelClass::map) {
    kernel.size_count = 5;
    kernel.loops = {sized(0), sized(1), sized(2), sized(3)};
    x = input(i32, kernel.loops);
    output(i32, kernel.loops);
    for (int d = 0; d < 4; ++d)
      at.push_back(param(i64));
    NodeId total = fold(1, literal(0, i32), [&](NodeId a, NodeId outer) {
      return fold(2, outer, [&](NodeId b, NodeId middle) {
        return fold(end, middle, [&](NodeId c, NodeId sum) {
          return scalar(ScalarOp::add, i32, {sum, load(x, {at[0], a, b, c})});
        });
      });
    });
    yield({scalar(ScalarOp::sub, i32, {load(x, at), total})});
  }
  NodeId fold(uint32_t extent, NodeId init,
              const std::function<NodeId(NodeId, NodeId)> &body) {
    NodeId loop = nest(NodeKind::loop, {literal(0), size(extent), init}, {[&] {
                         NodeId index = param(i64), sum = param(i32);
                         yield({body(index, sum)});
                       }});
    return result(loop, 0, i32);
  }
  size_t folds(const Kernel &kernel) {
    size_t count = 0;
    for (const Node &node : kernel.nodes)
      count += node.kind == NodeKind::loop;
    return count;
  }
  uint32_t x;
  std::vector<NodeId> at;
};

TEST(CollapseLoops, mergesFoldsTogetherWithLoops) {
  Centred k;
  CollapsedKernel collapsed = collapse_loops(k.kernel);
  EXPECT_EQ(collapsed.kernel.loops.size(), 2u);
  EXPECT_EQ(collapsed.kernel.operands[0].dims, collapsed.kernel.loops);
  EXPECT_EQ(k.folds(collapsed.kernel), 1u);
  std::vector<int64_t> sizes = {2, 3, 4, 5, 0};
  std::vector<int64_t> all = sizes;
  for (const SizeProduct &product : collapsed.products)
    all.push_back(all[size_t(product.outer.value)] *
                  all[size_t(product.inner.value)]);
  EXPECT_EQ(run(collapsed.kernel, all, {120, 120}),
            run(k.kernel, sizes, {120, 120}));
}

TEST(CollapseLoops, keepsFoldsThatCoverPartOfADimension) {
  Centred k(4); // The innermost fold runs to s4, not to s3.
  CollapsedKernel collapsed = collapse_loops(k.kernel);
  EXPECT_EQ(k.folds(collapsed.kernel), 2u); // The outer two are one.
  EXPECT_EQ(collapsed.kernel.loops.size(), 3u);
}

TEST(CollapseLoops, keepsFoldsWithWorkBetweenThem) {
  // y = the sum over a of a * (the sum over b of x[a, b]).
  KernelMaker k("weighted", KernelClass::map);
  k.kernel.size_count = 2;
  uint32_t x = k.input(i64, {sized(0), sized(1)});
  k.output(i64, {});
  auto fold = [&](uint32_t extent, auto body) {
    NodeId loop = k.nest(
        NodeKind::loop, {k.literal(0), k.size(extent), k.literal(0)}, {[&] {
          NodeId index = k.param(i64), sum = k.param(i64);
          k.yield({k.scalar(ScalarOp::add, i64, {sum, body(index)})});
        }});
    return k.result(loop, 0, i64);
  };
  k.yield({fold(0, [&](NodeId a) {
    NodeId row = fold(1, [&](NodeId b) { return k.load(x, {a, b}); });
    return k.scalar(ScalarOp::mul, i64, {a, row});
  })});
  CollapsedKernel collapsed = collapse_loops(k.kernel);
  EXPECT_EQ(collapsed.kernel.operands[0].dims.size(), 2u);
}

} // namespace
} // namespace landfall::analysis
