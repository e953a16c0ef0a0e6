//===- convolution_test.cpp - Convolutions of constants -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using Floats = std::vector<float>;

class ConvolutionTest : public testing::Test {
protected:
  Tensor table(const Floats &values, std::vector<int64_t> dims) {
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  Module module;
  Builder b{module};
};

TEST_F(ConvolutionTest, PaddingContributesNothing) {
  Convolution conv;
  conv.x = table({1, 2, 3}, {1, 1, 3});
  conv.w = table({1, 1, 1}, {1, 1, 3});
  conv.window = {{3}, {3}, {3}, {1}, {1}, {1}, {1}};
  EXPECT_EQ(folded_values<float>(convolve(b, conv)), (Floats{3, 6, 5}));
}

TEST_F(ConvolutionTest, GroupsSeeTheirOwnChannels) {
  Convolution conv;
  conv.x = table({1, 2, 10, 20}, {1, 4, 1});
  conv.window = {{1}, {1}, {1}, {1}, {1}, {0}, {0}};
  conv.w = table({1, 1, 1, 2}, {2, 2, 1});
  conv.group = 2;
  EXPECT_EQ(folded_values<float>(convolve(b, conv)), (Floats{3, 50}));
}

TEST_F(ConvolutionTest, DepthwiseFiltersAreChannels) {
  Convolution conv;
  conv.x = table({1, 2, 3, 4, 5, 6}, {1, 2, 3});
  conv.w = table({1, 0, 0, 1}, {2, 1, 2});
  conv.window = {{3}, {2}, {2}, {1}, {1}, {0}, {0}};
  conv.group = 2;
  EXPECT_EQ(folded_values<float>(convolve(b, conv)), (Floats{1, 2, 5, 6}));
}

} // namespace
} // namespace landfall::frontend
