//===- contraction_as_map_test.cpp - The plain way ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_as_map.h"

#include "kernel_analysis/rewrite/run_for_test.h"

namespace landfall::analysis {
namespace {

bool has(const Kernel &kernel, ScalarOp op) {
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && node.op == op)
      return true;
  return false;
}

TEST(ContractionAsMap, isTheSameSumWithItsEpilogue) {
  Kernel matmul = integer_matmul(), map = contraction_as_map(matmul);
  EXPECT_EQ(map.kind, KernelClass::map);
  EXPECT_TRUE(map.reduce.empty());
  EXPECT_EQ(run(map, {2, 3, 4}, {8, 12, 6}),
            run(matmul, {2, 3, 4}, {8, 12, 6}));
}

TEST(ContractionAsMap, anEmptySumIsZero) {
  Kernel matmul = integer_matmul();
  EXPECT_EQ(run(contraction_as_map(matmul), {2, 3, 0}, {0, 0, 6}),
            std::vector<int32_t>(6, 0));
}

TEST(ContractionAsMap, realSumsRoundOnceAStep) {
  EXPECT_TRUE(has(contraction_as_map(matmul_kernel()), ScalarOp::fma));
  EXPECT_FALSE(has(contraction_as_map(integer_matmul()), ScalarOp::fma));
}

TEST(ContractionAsMap, loopsNestInTheOrderOfReduce) {
  // sum over i < 2, j < 3 of x[i, j] * x[i, j]
  KernelMaker k("squares", KernelClass::contraction);
  k.kernel.reduce = {fixed(2), fixed(3)};
  k.kernel.accumulator = DType::i32;
  uint32_t x = k.input(DType::i32, {fixed(2), fixed(3)});
  k.output(DType::i32, {});
  k.in_factors();
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId value = k.load(x, {i, j});
  k.yield({value, value});
  k.in_body();
  k.yield({k.param(DType::i32)});
  Kernel map = contraction_as_map(k.kernel);
  for (const Node &node : map.nodes)
    if (node.kind == NodeKind::loop && node.blocks[0].params[0] == i)
      EXPECT_EQ(count_kind(map, node.blocks[0], NodeKind::loop), 1u);
  EXPECT_EQ(run(map, {}, {6, 1}), std::vector<int32_t>{91});
}

TEST(ContractionAsMap, aSumOverNothingIsOneProduct) {
  KernelMaker k("outer", KernelClass::contraction);
  k.kernel.loops = {fixed(2), fixed(3)};
  k.kernel.accumulator = DType::i32;
  uint32_t a = k.input(DType::i32, {fixed(2)});
  uint32_t b = k.input(DType::i32, {fixed(3)});
  k.output(DType::i32, k.kernel.loops);
  k.in_factors();
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  k.yield({k.load(a, {i}), k.load(b, {j})});
  k.in_body();
  k.param(DType::i64);
  k.param(DType::i64);
  k.yield({k.param(DType::i32)});
  Kernel map = contraction_as_map(k.kernel);
  EXPECT_EQ(run(map, {}, {2, 3, 6}), (std::vector<int32_t>{3, 4, 5, 6, 8, 10}));
}

} // namespace
} // namespace landfall::analysis
