//===- contraction_roles_test.cpp - The M, N, K loops of a contraction ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "kernel_analysis/contraction/contraction_roles.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

using Loops = std::vector<uint32_t>;

bool always() { return true; }
bool never() { return false; }

TEST(ContractionAnalysis, matmulOfBatchesWithSharedWeights) {
  kernels::MatmulShape shape{.batch = {8}, .rows = 5, .lanes = 6, .depth = 7};
  auto roles = analyze_contraction(kernels::make_matmul(shape, always).kernel);
  ASSERT_TRUE(roles);
  EXPECT_EQ(roles->batch_loops, Loops{0});
  EXPECT_EQ(roles->m_loops, Loops{1});
  EXPECT_EQ(roles->n_loops, Loops{2});
  EXPECT_EQ(roles->k_loops, Loops{3});
  // With weights for the whole batch, the batch is more rows.
  shape.share_b = true;
  roles = analyze_contraction(kernels::make_matmul(shape, always).kernel);
  ASSERT_TRUE(roles);
  EXPECT_EQ(roles->batch_loops, Loops{});
  EXPECT_EQ(roles->m_loops, (Loops{0, 1}));
}

TEST(ContractionAnalysis, laneSideIsTheFactorOfTheFastestLoop) {
  kernels::ConvolutionShape shape{.inputs = 3,
                                  .outputs = 4,
                                  .image = {8, 8},
                                  .window = {3, 3},
                                  .stride = {1, 1},
                                  .dilation = {1, 1},
                                  .pad = {1, 1}};
  Kernel kernel = kernels::make_convolution(shape, never).kernel;
  auto roles = analyze_contraction(kernel);
  ASSERT_TRUE(roles);
  EXPECT_EQ(roles->n_side.value, kernel.factors.yields[0]); // The image.
  EXPECT_EQ(roles->m_loops, Loops{2});
  EXPECT_EQ(roles->n_loops, (Loops{3, 4}));
  // Weights run through memory in the order of the depth; images do not.
  EXPECT_EQ(join_loops(roles->m_side, roles->space, roles->k_loops).size(), 1u);
  EXPECT_EQ(join_loops(roles->n_side, roles->space, roles->k_loops).size(), 3u);
}

TEST(ContractionAnalysis, pointwiseConvolutionIsAMatrixProduct) {
  kernels::ConvolutionShape shape{.inputs = 3,
                                  .outputs = 4,
                                  .image = {8, 9},
                                  .window = {1, 1},
                                  .stride = {1, 1},
                                  .dilation = {1, 1},
                                  .pad = {0, 0},
                                  .fixed_weights = true};
  auto roles =
      analyze_contraction(kernels::make_convolution(shape, always).kernel);
  ASSERT_TRUE(roles);
  // Its guards always hold, and the image's rows follow each other.
  EXPECT_FALSE(roles->n_side.loads[0].guarded());
  EXPECT_EQ(join_loops(roles->n_side, roles->space, roles->n_loops).size(), 1u);
}

TEST(ContractionAnalysis, refusesWhatHasNoLaneSide) {
  // sum over k of a[m, k] * a[m, k]
  KernelMaker k("squares", KernelClass::contraction);
  k.kernel.loops = {fixed(4)};
  k.kernel.reduce = {fixed(5)};
  uint32_t a = k.input(DType::f32, {fixed(4), fixed(5)});
  k.output(DType::f32, {fixed(4)});
  k.in_factors();
  NodeId m = k.param(DType::i64), r = k.param(DType::i64);
  NodeId x = k.load(a, {m, r});
  k.yield({x, x});
  k.in_body();
  k.param(DType::i64);
  k.yield({k.param(DType::f32)});
  auto roles = analyze_contraction(k.kernel);
  ASSERT_FALSE(roles);
  EXPECT_EQ(roles.error().code, ErrorCode::unsupported);
}

TEST(ContractionAnalysis, rolesArePrinted) {
  kernels::MatmulShape shape{.batch = {8}, .rows = 5, .lanes = 6, .depth = 7};
  Kernel kernel = kernels::make_matmul(shape, always).kernel;
  auto roles = analyze_contraction(kernel);
  ASSERT_TRUE(roles);
  std::string m = std::to_string(roles->m_side.value);
  std::string n = std::to_string(roles->n_side.value);
  EXPECT_EQ(print(*roles), "contraction\n"
                           "  batch  i0 < s0\n"
                           "  M      i1 < s1\n"
                           "  N      i2 < s2\n"
                           "  K      i3 < s3\n"
                           "  M side: %" +
                               m +
                               "\n"
                               "    load %" +
                               m +
                               " at s1*s3*i0 + s3*i1 + i3\n"
                               "  N side: %" +
                               n +
                               "\n"
                               "    load %" +
                               n + " at s2*s3*i0 + i2 + s2*i3\n");
  // Loops of one point are in no list; guards follow their load.
  kernels::ConvolutionShape image{.inputs = 1,
                                  .outputs = 4,
                                  .image = {8},
                                  .window = {3},
                                  .stride = {2},
                                  .dilation = {1},
                                  .pad = {1}};
  kernel = kernels::make_convolution(image, never).kernel;
  std::string text = print(*analyze_contraction(kernel));
  EXPECT_NE(text.find("  batch  1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("      where 2*i3 + i5 + -1 >= 0\n"), std::string::npos)
      << text;
}

TEST(ContractionAnalysis, affineFormsCompareBySizes) {
  SizePolynomial n = SizePolynomial::parameter(0);
  SizePolynomial m = SizePolynomial::parameter(1);
  EXPECT_EQ((n + m) * n, n * n + n * m);
  EXPECT_TRUE((n * m - m * n).is_zero());
  EXPECT_EQ((n + SizePolynomial(3) - n).constant(), 3);
}

} // namespace
} // namespace landfall::analysis
