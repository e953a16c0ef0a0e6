//===- affine_test.cpp - Index arithmetic read ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/affine.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType boolean = DType::boolean, i64 = DType::i64;

SizePolynomial s(uint32_t number) { return SizePolynomial::parameter(number); }

/// i < s0, j < 8, k < 1 over x[s0, s1, 8].
struct Space : KernelMaker {
  Space() : KernelMaker("space", KernelClass::map) {
    kernel.size_count = 3;
    kernel.loops = {sized(0), fixed(8), fixed(1)};
    x = input(DType::f32, {sized(0), sized(1), fixed(8)});
    i = param(i64);
    j = param(i64);
    one = param(i64);
    space = {{i, j, one}, kernel.loops};
  }
  NodeId op(ScalarOp which, NodeId a, NodeId b) {
    return scalar(which, i64, {a, b});
  }
  NodeId below(NodeId a, NodeId b) {
    return scalar(ScalarOp::lt, boolean, {a, b});
  }
  AffineReader reader() { return AffineReader(kernel, space); }
  uint32_t x;
  NodeId i, j, one;
  IndexSpace space;
};

TEST(SizePolynomial, equalPolynomialsAreEqualObjects) {
  EXPECT_EQ((s(0) + s(1)) * s(0), s(0) * s(0) + s(1) * s(0));
  EXPECT_TRUE((s(0) * s(1) - s(1) * s(0)).is_zero());
  EXPECT_NE(s(0) * s(0), s(0));
}

TEST(SizePolynomial, constantsAreFound) {
  EXPECT_EQ((s(0) + SizePolynomial(3) - s(0)).constant(), 3);
  EXPECT_EQ(SizePolynomial().constant(), 0);
  EXPECT_EQ((s(0) + SizePolynomial(3)).constant(), std::nullopt);
  EXPECT_EQ(SizePolynomial::of(fixed(7)).constant(), 7);
  EXPECT_EQ(SizePolynomial::of(sized(1)), s(1));
}

TEST(AffineReader, readsSumsAndProductsWithSizes) {
  // (i * s1 + 3) - j * 2
  Space k;
  NodeId row = k.op(ScalarOp::mul, k.i, k.size(1));
  NodeId moved = k.op(ScalarOp::add, row, k.literal(3));
  NodeId node =
      k.op(ScalarOp::sub, moved, k.op(ScalarOp::mul, k.literal(2), k.j));
  auto form = k.reader().read(node);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->constant.constant(), 3);
  EXPECT_EQ(form->coefficient(0), s(1));
  EXPECT_EQ(form->coefficient(1).constant(), -2);
  EXPECT_FALSE(form->uses(2));
}

TEST(AffineReader, termsThatCancelAreGone) {
  Space k;
  auto form = k.reader().read(k.op(ScalarOp::sub, k.i, k.i));
  ASSERT_TRUE(form);
  EXPECT_TRUE(form->terms.empty());
}

TEST(AffineReader, theIndexOfALoopOfOneIsZero) {
  Space k;
  auto form = k.reader().read(k.op(ScalarOp::add, k.one, k.literal(4)));
  ASSERT_TRUE(form);
  EXPECT_TRUE(form->terms.empty());
  EXPECT_EQ(form->constant.constant(), 4);
}

TEST(AffineReader, refusesWhatIsNotAffine) {
  Space k;
  EXPECT_FALSE(k.reader().read(k.op(ScalarOp::mul, k.i, k.j)));
  EXPECT_FALSE(k.reader().read(k.op(ScalarOp::div, k.i, k.literal(2))));
  EXPECT_FALSE(k.reader().read(k.load(k.x, {k.i, k.j, k.j})));
  // A parameter of another block is no variable of this space.
  NodeId inner = no_node;
  k.nest(NodeKind::loop, {k.literal(0), k.size(0)},
         {[&] { inner = k.param(i64); }});
  EXPECT_FALSE(k.reader().read(inner));
}

TEST(AffineReader, offsetsAreRowMajor) {
  // x[i, 2, j]: i * s1 * 8 + 2 * 8 + j
  Space k;
  NodeId load = k.load(k.x, {k.i, k.literal(2), k.j});
  auto form = k.reader().offset(k.kernel.nodes[load]);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->coefficient(0), s(1) * SizePolynomial(8));
  EXPECT_EQ(form->coefficient(1).constant(), 1);
  EXPECT_EQ(form->constant.constant(), 16);
}

TEST(AffineReader, dimensionsOfOneElementTakeNoIndex) {
  // Whatever the index is, it can only be 0 there.
  Space k;
  uint32_t column = k.input(DType::f32, {fixed(8), fixed(1)});
  NodeId odd = k.op(ScalarOp::mul, k.i, k.j);
  auto form = k.reader().offset(k.kernel.nodes[k.load(column, {k.j, odd})]);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->coefficient(1).constant(), 1);
  EXPECT_FALSE(form->uses(0));
}

TEST(AffineReader, comparisonsAreFormsThatAreNotNegative) {
  // i < s1 and j <= s2: s1 - i - 1 >= 0, s2 - j >= 0
  Space k;
  NodeId low = k.scalar(ScalarOp::le, boolean, {k.j, k.size(2)});
  NodeId both =
      k.scalar(ScalarOp::bit_and, boolean, {k.below(k.i, k.size(1)), low});
  auto conditions = k.reader().conditions(both);
  ASSERT_TRUE(conditions);
  ASSERT_EQ(conditions->size(), 2u);
  EXPECT_EQ((*conditions)[0].constant, s(1) - SizePolynomial(1));
  EXPECT_EQ((*conditions)[0].coefficient(0).constant(), -1);
  EXPECT_EQ((*conditions)[1].constant, s(2));
}

TEST(AffineReader, whatAlwaysHoldsIsNoCondition) {
  // 0 <= i, i < s0 and j < 8 hold in the whole space; j < 7 does not.
  Space k;
  NodeId zero = k.literal(0);
  for (NodeId always : {k.scalar(ScalarOp::le, boolean, {zero, k.i}),
                        k.below(k.i, k.size(0)), k.below(k.j, k.literal(8))}) {
    auto conditions = k.reader().conditions(always);
    ASSERT_TRUE(conditions);
    EXPECT_TRUE(conditions->empty());
  }
  EXPECT_EQ(k.reader().conditions(k.below(k.j, k.literal(7)))->size(), 1u);
}

TEST(AffineReader, otherConditionsAreNotRead) {
  Space k;
  NodeId differs = k.scalar(ScalarOp::ne, boolean, {k.i, k.j});
  EXPECT_FALSE(k.reader().conditions(differs));
  NodeId square = k.op(ScalarOp::mul, k.i, k.i);
  EXPECT_FALSE(k.reader().conditions(k.below(square, k.size(0))));
}

} // namespace
} // namespace landfall::analysis
