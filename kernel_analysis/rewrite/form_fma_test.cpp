//===- form_fma_test.cpp - Sums of products with one rounding -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/form_fma.h"

#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType f32 = DType::f32, i32 = DType::i32, i64 = DType::i64;

/// y = the fold of x[i] * x[i] over s0 by `combiner`, in `type`.
Kernel fold_of_squares(DType type, ScalarOp combiner) {
  KernelMaker k("squares", KernelClass::map);
  k.kernel.size_count = 1;
  uint32_t x = k.input(type, {sized(0)});
  k.output(type, {});
  NodeId zero = type == f32 ? k.real(0) : k.literal(0, type);
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

TEST(FormFma, inSumsOfReals) {
  Kernel fused = form_fma(fold_of_squares(f32, ScalarOp::add));
  EXPECT_TRUE(has_fma(fused));
  EXPECT_TRUE(verify(fused).ok());
  float x[] = {1, 2, 3}, y = 0;
  void *operands[] = {x, &y};
  int64_t size = 3;
  ASSERT_TRUE(interpret(fused, {operands, {&size, 1}}).ok());
  EXPECT_EQ(y, 14);
}

TEST(FormFma, roundsAStepOnce) {
  // -1 - 2e + (1 + e)^2 = e^2, which a product rounded to f32 loses.
  constexpr float e = 0x1p-20f;
  Kernel fused = form_fma(fold_of_squares(f32, ScalarOp::add));
  for (Node &node : fused.nodes)
    if (node.kind == NodeKind::constant && node.type == f32)
      node.bits = std::bit_cast<uint32_t>(-1 - 2 * e);
  float x[] = {1 + e}, y = 0;
  void *operands[] = {x, &y};
  int64_t size = 1;
  ASSERT_TRUE(interpret(fused, {operands, {&size, 1}}).ok());
  EXPECT_EQ(y, e * e);
}

TEST(FormFma, notWhereSumsAreExactAnyway) {
  EXPECT_FALSE(has_fma(form_fma(fold_of_squares(i32, ScalarOp::add))));
}

TEST(FormFma, notInOtherFolds) {
  EXPECT_FALSE(has_fma(form_fma(fold_of_squares(f32, ScalarOp::sub))));
  EXPECT_FALSE(has_fma(form_fma(fold_of_squares(f32, ScalarOp::max))));
}

TEST(FormFma, notOutsideFolds) {
  // A lone a * b + c is rounded twice, as the model says.
  KernelMaker k("axpy", KernelClass::map);
  k.kernel.loops = {fixed(4)};
  uint32_t x = k.input(f32, {fixed(4)});
  k.output(f32, {fixed(4)});
  NodeId v = k.load(x, {k.param(i64)});
  NodeId product = k.scalar(ScalarOp::mul, f32, {v, v});
  k.yield({k.scalar(ScalarOp::add, f32, {product, v})});
  EXPECT_FALSE(has_fma(form_fma(k.kernel)));
}

TEST(FormFma, notWhereTheProductHoldsTheSum) {
  // sum * x + sum is a recurrence, not a sum of products.
  KernelMaker k("recurrence", KernelClass::map);
  k.kernel.size_count = 1;
  uint32_t x = k.input(f32, {sized(0)});
  k.output(f32, {});
  NodeId loop =
      k.nest(NodeKind::loop, {k.literal(0), k.size(0), k.real(1)}, {[&] {
               NodeId i = k.param(i64), sum = k.param(f32);
               NodeId grown =
                   k.scalar(ScalarOp::mul, f32, {sum, k.load(x, {i})});
               k.yield({k.scalar(ScalarOp::add, f32, {sum, grown})});
             }});
  k.yield({k.result(loop, 0, f32)});
  EXPECT_FALSE(has_fma(form_fma(k.kernel)));
}

} // namespace
} // namespace landfall::analysis
