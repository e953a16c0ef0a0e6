//===- panel_factor_test.cpp - Which factors panels hold ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/panel_factor.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::reef {
namespace {

constexpr DType i32 = DType::i32, i64 = DType::i64, f32 = DType::f32;

/// The sum over r < s2 of first(a[m, r]) * cast(b[r, n]), of `sum`.
struct Product : KernelMaker {
  using First = std::function<NodeId(Product &, NodeId element)>;

  Product(DType sum, DType type, const First &first)
      : KernelMaker("product", KernelClass::contraction) {
    kernel.size_count = 3;
    kernel.loops = {sized(0), sized(1)};
    kernel.reduce = {sized(2)};
    kernel.accumulator = sum;
    uint32_t a = input(type, {sized(0), sized(2)});
    uint32_t b = input(type, {sized(2), sized(1)});
    row_zeros = input(type, {sized(0)});
    depth_zeros = input(type, {sized(2)});
    output(sum, kernel.loops);
    in_factors();
    m = param(i64);
    NodeId n = param(i64);
    r = param(i64);
    yield({first(*this, load(a, {m, r})), cast(load(b, {r, n}))});
    in_body();
    param(i64);
    param(i64);
    yield({param(sum)});
  }
  NodeId cast(NodeId x) {
    return scalar(ScalarOp::cast, kernel.accumulator, {x});
  }
  /// The first factor, as a panel holds it.
  Result<PanelFactor> read() const {
    auto roles = analysis::analyze_contraction(kernel);
    if (!roles)
      return roles.take_error();
    const analysis::Factor &factor =
        roles->m_side.value == kernel.factors.yields[0] ? roles->m_side
                                                        : roles->n_side;
    return read_panel_factor(kernel, *roles, factor);
  }
  uint32_t row_zeros, depth_zeros;
  NodeId m, r;
};

TEST(PanelFactor, realsAreTakenAsTheyAre) {
  // Whatever computes them: panels of f32 are evaluated.
  Product k(f32, f32, [](Product &k, NodeId element) {
    return k.scalar(ScalarOp::neg, f32, {element});
  });
  auto factor = k.read();
  ASSERT_TRUE(factor.ok());
  EXPECT_EQ(factor->elements.value, k.kernel.factors.yields[0]);
  EXPECT_EQ(factor->type, f32);
  EXPECT_FALSE(factor->zero);
}

TEST(PanelFactor, integerSumsTakeBytes) {
  for (DType type : {DType::i8, DType::u8}) {
    Product k(i32, type,
              [](Product &k, NodeId element) { return k.cast(element); });
    auto factor = k.read();
    ASSERT_TRUE(factor.ok());
    EXPECT_EQ(factor->type, type);
    EXPECT_EQ(k.kernel.nodes[factor->elements.value].kind, NodeKind::load);
    EXPECT_FALSE(factor->zero);
  }
}

TEST(PanelFactor, zeroPointsComeOffTheSums) {
  // a[m, r] - zeros[m]: bytes in the panel, a zero point for each row.
  Product k(i32, DType::u8, [](Product &k, NodeId element) {
    NodeId zero = k.cast(k.load(k.row_zeros, {k.m}));
    return k.scalar(ScalarOp::sub, i32, {k.cast(element), zero});
  });
  auto factor = k.read();
  ASSERT_TRUE(factor.ok());
  EXPECT_EQ(factor->type, DType::u8);
  EXPECT_TRUE(factor->zero);
}

TEST(PanelFactor, aZeroPointAlongTheDepthIsRefused) {
  // Then it cannot be taken out of the sum.
  Product k(i32, DType::u8, [](Product &k, NodeId element) {
    NodeId zero = k.cast(k.load(k.depth_zeros, {k.r}));
    return k.scalar(ScalarOp::sub, i32, {k.cast(element), zero});
  });
  auto factor = k.read();
  ASSERT_FALSE(factor.ok());
  EXPECT_NE(factor.error().message.find("zero point"), std::string::npos);
}

TEST(PanelFactor, otherIntegersAreRefused) {
  Product wide(i32, DType::i16,
               [](Product &k, NodeId element) { return k.cast(element); });
  EXPECT_FALSE(wide.read().ok());
  Product changed(i32, DType::i8, [](Product &k, NodeId element) {
    return k.scalar(ScalarOp::neg, i32, {k.cast(element)});
  });
  EXPECT_FALSE(changed.read().ok());
  Product sums(i64, DType::i8,
               [](Product &k, NodeId element) { return k.cast(element); });
  ASSERT_FALSE(sums.read().ok());
  EXPECT_NE(sums.read().error().message.find("32 bits"), std::string::npos);
}

} // namespace
} // namespace landfall::reef
