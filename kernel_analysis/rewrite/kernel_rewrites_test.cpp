//===- kernel_rewrites_test.cpp - Kernels rewritten, meaning kept ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_as_map.h"
#include "kernel_analysis/rewrite/collapse_loops.h"
#include "kernel_analysis/rewrite/common_subexpressions.h"
#include "kernel_analysis/rewrite/form_fma.h"
#include "kernel_analysis/rewrite/sink_into_branches.h"
#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType i32 = DType::i32, i64 = DType::i64;

/// All operands are i32, filled with 1, 2, 3, ...; the last one is the result.
std::vector<int32_t> run(const Kernel &kernel, std::vector<int64_t> sizes,
                         const std::vector<size_t> &counts) {
  std::vector<std::vector<int32_t>> buffers;
  std::vector<void *> pointers;
  int32_t next = 1;
  for (size_t count : counts) {
    buffers.emplace_back(count);
    for (int32_t &element : buffers.back())
      element = next++;
  }
  for (auto &buffer : buffers)
    pointers.push_back(buffer.data());
  Status ran = interpret(kernel, {pointers, sizes});
  EXPECT_TRUE(ran.ok()) << (ran ? "" : ran.error().message);
  return buffers.back();
}

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

NodeId row_sum(KernelMaker &k, uint32_t x, NodeId row) {
  NodeId loop = k.nest(
      NodeKind::loop, {k.literal(0), k.size(1), k.literal(0, i32)}, {[&] {
        NodeId i = k.param(i64), sum = k.param(i32);
        k.yield({k.scalar(ScalarOp::add, i32, {sum, k.load(x, {row, i})})});
      }});
  return k.result(loop, 0, i32);
}

TEST(MergeEqualNodes, mergesWholeFolds) {
  KernelMaker k("twice", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)});
  k.output(i32, {sized(0)});
  NodeId row = k.param(i64);
  NodeId a = row_sum(k, x, row), b = row_sum(k, x, row);
  k.yield({k.scalar(ScalarOp::mul, i32, {a, b})});
  Kernel merged = merge_common_subexpressions(k.kernel);
  size_t loops = 0;
  for (NodeId id : merged.body.nodes)
    loops += merged.nodes[id].kind == NodeKind::loop;
  EXPECT_EQ(loops, 1u);
  EXPECT_EQ(run(merged, {3, 5}, {15, 3}), run(k.kernel, {3, 5}, {15, 3}));
}

TEST(LazyBranches, movesWorkToTheSideThatNeedsIt) {
  KernelMaker k("concat", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(i32, {sized(0), sized(1)}), y = k.input(i32, {fixed(2)});
  k.output(i32, {sized(0)});
  NodeId i = k.param(i64);
  NodeId first = k.scalar(ScalarOp::lt, DType::boolean, {i, k.literal(2)});
  NodeId sum = row_sum(k, x, i);
  k.yield({k.load(y, {i, first, sum})});
  Kernel lazy = sink_into_branches(k.kernel);
  bool branches = false, sums = false;
  for (NodeId id : lazy.body.nodes) {
    branches |= lazy.nodes[id].kind == NodeKind::branch;
    sums |= lazy.nodes[id].kind == NodeKind::loop;
  }
  EXPECT_TRUE(branches);
  EXPECT_FALSE(sums);
  EXPECT_EQ(run(lazy, {4, 5}, {20, 2, 4}), run(k.kernel, {4, 5}, {20, 2, 4}));
}

TEST(ContractionAsMap, isTheSameSum) {
  Kernel matmul = matmul_kernel();
  for (Node &node : matmul.nodes)
    if (node.type == DType::f32)
      node.type = i32;
  for (KernelOperand &operand : matmul.operands)
    operand.dtype = i32;
  matmul.accumulator = i32;
  Kernel map = contraction_as_map(matmul);
  EXPECT_EQ(map.kind, KernelClass::map);
  EXPECT_EQ(run(map, {2, 3, 4}, {8, 12, 6}),
            run(matmul, {2, 3, 4}, {8, 12, 6}));
}

/// y = the sum (or a product) over s0 of x[i] * x[i], in `type`.
Kernel sum_of_squares(DType type, ScalarOp combiner) {
  KernelMaker k("squares", KernelClass::map);
  k.kernel.size_count = 1;
  uint32_t x = k.input(type, {sized(0)});
  k.output(type, {});
  NodeId zero = type == DType::f32 ? k.real(0) : k.literal(0, type);
  NodeId loop = k.nest(NodeKind::loop, {k.literal(0), k.size(0), zero}, {[&] {
                         NodeId i = k.param(i64), sum = k.param(type);
                         NodeId v = k.load(x, {i});
                         NodeId square = k.scalar(ScalarOp::mul, type, {v, v});
                         k.yield({k.scalar(combiner, type, {sum, square})});
                       }});
  k.yield({k.result(loop, 0, type)});
  return std::move(k.kernel);
}

bool has_fma(const Kernel &kernel) {
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && node.op == ScalarOp::fma)
      return true;
  return false;
}

TEST(FuseProducts, fusesRealSumsOnly) {
  Kernel fused = form_fma(sum_of_squares(DType::f32, ScalarOp::add));
  EXPECT_TRUE(has_fma(fused));
  EXPECT_TRUE(verify(fused).ok());
  float x[] = {1, 2, 3}, y = 0;
  void *operands[] = {x, &y};
  int64_t size = 3;
  ASSERT_TRUE(interpret(fused, {operands, {&size, 1}}).ok());
  EXPECT_EQ(y, 14);
  EXPECT_FALSE(has_fma(form_fma(sum_of_squares(i32, ScalarOp::add))));
  EXPECT_FALSE(has_fma(form_fma(sum_of_squares(DType::f32, ScalarOp::sub))));
}

} // namespace
} // namespace landfall::analysis
