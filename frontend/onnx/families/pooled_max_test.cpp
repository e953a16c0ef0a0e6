//===- pooled_max_test.cpp - Maxima of windows ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pooled_max.h"
#include "frontend/onnx/support/folded_values.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

class PooledMaxTest : public testing::Test {
protected:
  /// Deterministic numbers, among them zeros of both signs and a few NaNs.
  Tensor image(std::vector<int64_t> dims) {
    int64_t count = 1;
    for (int64_t dim : dims)
      count *= dim;
    std::vector<float> values(static_cast<size_t>(count));
    uint32_t state = 7;
    for (float &value : values) {
      state = state * 1664525 + 1013904223;
      uint32_t draw = state >> 24;
      value = draw < 4    ? NAN
              : draw < 40 ? -0.0f
              : draw < 80 ? 0.0f
                          : 60 - float(draw);
    }
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  void expect_same(const Pool &pool) {
    std::vector<float> got = folded_values<float>(pooled_max(pool));
    std::vector<float> whole = folded_values<float>(whole_max(pool));
    ASSERT_FALSE(whole.empty());
    ASSERT_EQ(got.size(), whole.size());
    for (size_t k = 0; k < got.size(); ++k)
      EXPECT_TRUE(std::isnan(whole[k]) ? std::isnan(got[k])
                                       : std::bit_cast<uint32_t>(got[k]) ==
                                             std::bit_cast<uint32_t>(whole[k]))
          << k << ": " << got[k] << ", not " << whole[k];
  }
  Module module;
  Builder b{module};
};

// Input, kernel, output, strides, dilations, padding before and after.
TEST_F(PooledMaxTest, OneAxisAfterTheOtherGivesTheSame) {
  expect_same({image({1, 2, 13, 13}),
               {{13, 13}, {13, 13}, {13, 13}, {1, 1}, {1, 1}, {6, 6}, {6, 6}}});
  expect_same({image({1, 1, 9, 7}),
               {{9, 7}, {5, 7}, {4, 3}, {2, 3}, {1, 1}, {2, 3}, {2, 3}}});
  expect_same({image({2, 1, 11, 12}),
               {{11, 12}, {4, 5}, {3, 4}, {1, 1}, {3, 2}, {1, 0}, {0, 0}}});
  expect_same({image({1, 1, 5, 6, 7}),
               {{5, 6, 7},
                {3, 3, 3},
                {5, 6, 7},
                {1, 1, 1},
                {1, 1, 1},
                {1, 1, 1},
                {1, 1, 1}}});
}

TEST_F(PooledMaxTest, WindowsLargerThanTheImageAreClipped) {
  expect_same(
      {image({1, 1, 3, 5}),
       {{3, 5}, {9, 30}, {1, 1}, {4, 30}, {1, 1}, {1, 2}, {1, 2}, true}});
}

bool pays(const Shape &kernel, const std::vector<int64_t> &strides) {
  Shape image(kernel.size(), 64), none(kernel.size(), 0);
  std::vector<int64_t> ones(kernel.size(), 1);
  return is_separated({image, kernel, image, strides, ones, none, none});
}

TEST_F(PooledMaxTest, SmallAndSparseWindowsAreReadAtOnce) {
  EXPECT_TRUE(pays({5, 5}, {1, 1}));
  EXPECT_TRUE(pays({13, 13}, {1, 1}));
  EXPECT_TRUE(pays({3, 3, 3}, {1, 1, 1}));
  EXPECT_FALSE(pays({3, 3}, {1, 1}));
  EXPECT_FALSE(pays({31}, {1}));
  EXPECT_FALSE(pays({1, 31}, {1, 1}));
  // The first pass would compute eight columns for each that is needed.
  EXPECT_FALSE(pays({8, 8}, {8, 8}));
}

} // namespace
} // namespace landfall::frontend
