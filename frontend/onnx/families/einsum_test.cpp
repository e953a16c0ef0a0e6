//===- einsum_test.cpp - Sums of products of constants --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/einsum.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using Floats = std::vector<float>;

class EinsumTest : public testing::Test {
protected:
  Tensor table(const Floats &values, std::vector<int64_t> dims) {
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  Floats sum(std::vector<Labelled> factors, const std::vector<int> &result) {
    return folded_values<float>(sum_of_products(b, std::move(factors), result));
  }
  Module module;
  Builder b{module};
};

TEST_F(EinsumTest, ContractsTwoFactors) {
  Tensor a = table({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(sum({{a, {0, 1}}, {a, {1, 2}}}, {0, 2}), (Floats{7, 10, 15, 22}));
}

TEST_F(EinsumTest, TakesDiagonalsAndTraces) {
  Tensor a = table({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(sum({{a, {0, 0}}}, {0}), (Floats{1, 4}));
  EXPECT_EQ(sum({{a, {0, 0}}}, {}), (Floats{5}));
}

TEST_F(EinsumTest, ChainsThreeFactors) {
  Tensor v = table({1, 2}, {2});
  Tensor a = table({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(sum({{v, {0}}, {a, {0, 1}}, {v, {1}}}, {}), (Floats{27}));
}

TEST_F(EinsumTest, BroadcastsExtentsOfOne) {
  Tensor row = table({1, 2}, {1, 2});
  Tensor column = table({10, 20}, {2, 1});
  EXPECT_EQ(sum({{row, {0, 1}}, {column, {0, 1}}}, {0, 1}),
            (Floats{10, 20, 20, 40}));
}

} // namespace
} // namespace landfall::frontend
