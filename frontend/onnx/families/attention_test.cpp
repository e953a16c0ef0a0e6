//===- attention_test.cpp - Steps of attention on constants ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace landfall::frontend {
namespace {

using Floats = std::vector<float>;

class AttentionTest : public testing::Test {
protected:
  Tensor table(const Floats &values, std::vector<int64_t> dims) {
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  Module module;
  Builder b{module};
};

TEST_F(AttentionTest, QueryHeadsShareAKeyHead) {
  Tensor q = table({1, 2}, {1, 2, 1, 1}), k = table({3, 4}, {1, 1, 2, 1});
  auto sum = [](std::span<const Scalar>, Scalar x) { return x; };
  Tensor y =
      attention_scores(b, heads_of_4d(q), heads_of_4d(k), DType::f32, sum);
  EXPECT_EQ(folded_values<float>(y), (Floats{3, 4, 6, 8}));
}

TEST_F(AttentionTest, AFullyMaskedRowIsZero) {
  float none = -INFINITY;
  Tensor scores = table({none, none, 0, none}, {1, 1, 2, 2});
  Tensor y = attention_softmax(b, scores, DType::f32, DType::f32, {});
  EXPECT_EQ(folded_values<float>(y), (Floats{0, 0, 1, 0}));
}

TEST_F(AttentionTest, CachesComeFirst) {
  Tensor past = table({1, 2}, {1, 1, 2, 1}), fresh = table({3}, {1, 1, 1, 1});
  EXPECT_EQ(folded_values<float>(append_to_cache(b, past, heads_of_4d(fresh))),
            (Floats{1, 2, 3}));
}

} // namespace
} // namespace landfall::frontend
