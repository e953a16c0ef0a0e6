//===- matrix_product_test.cpp - Matrix products of constants -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using Floats = std::vector<float>;

class MatrixProductTest : public testing::Test {
protected:
  Tensor table(const Floats &values, std::vector<int64_t> dims) {
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  Module module;
  Builder b{module};
};

TEST_F(MatrixProductTest, MultipliesMatrices) {
  MatrixProduct p{table({1, 2, 3, 4}, {2, 2}), table({1, 0, 2, 1}, {2, 2})};
  EXPECT_EQ(folded_values<float>(matrix_product(b, p)), (Floats{5, 2, 11, 4}));
  p.transpose_b = true;
  EXPECT_EQ(folded_values<float>(matrix_product(b, p)), (Floats{1, 4, 3, 10}));
}

TEST_F(MatrixProductTest, DropsTheDimensionsOfVectors) {
  Tensor vector = table({1, 2}, {2});
  Tensor dot = matrix_product(b, {vector, vector});
  EXPECT_EQ(dot.rank(), 0);
  EXPECT_EQ(folded_values<float>(dot), (Floats{5}));
  Tensor row = matrix_product(b, {vector, table({1, 2, 3, 4}, {2, 2})});
  EXPECT_EQ(row.rank(), 1);
  EXPECT_EQ(folded_values<float>(row), (Floats{7, 10}));
}

TEST_F(MatrixProductTest, BroadcastsBatches) {
  Tensor y = matrix_product(
      b, {table({1, 2}, {2, 1, 1}), table({3, 4, 5}, {1, 1, 3})});
  EXPECT_EQ(folded_values<float>(y), (Floats{3, 4, 5, 6, 8, 10}));
}

TEST_F(MatrixProductTest, RefusesZeroPointsOfMoreDimensions) {
  MatrixProduct p{table({1, 2}, {1, 2}), table({1, 2}, {2, 1})};
  p.a_zero = table({0, 0}, {2, 1, 1});
  EXPECT_THROW(matrix_product(b, p), BuildError);
}

TEST_F(MatrixProductTest, RefusesInnerDimensionsThatDiffer) {
  EXPECT_THROW(
      matrix_product(b, {table({1, 2}, {1, 2}), table({1, 2, 3}, {3, 1})}),
      BuildError);
}

} // namespace
} // namespace landfall::frontend
