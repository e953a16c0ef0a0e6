//===- row_test.cpp - Folds over rows ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace landfall::frontend {
namespace {

class RowTest : public testing::Test {
protected:
  Tensor table(const std::vector<float> &values, std::vector<int64_t> dims) {
    return constant_table(b, DType::f32, values, std::move(dims));
  }
  std::vector<float> fold(const Rows &rows, Scalar (*f)(const Row &)) {
    Tensors result = fold_rows(rows, std::array{rows.type},
                               [&](const Row &r) { return Scalars{f(r)}; });
    return folded_values<float>(result[0]);
  }

  Module module;
  Builder b{module};
};

TEST_F(RowTest, FoldsTheLastAxis) {
  Rows rows = Rows::from_axis(table({1, 2, 3, 4, 5, 6}, {2, 3}), 1);
  EXPECT_TRUE(rows.trailing());
  using F = std::vector<float>;
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.sum(); }), (F{6, 15}));
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.product(); }), (F{6, 120}));
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.max(); }), (F{3, 6}));
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.min(); }), (F{1, 4}));
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.mean(); }), (F{2, 5}));
}

TEST_F(RowTest, FoldsTheFirstAxis) {
  Rows rows = Rows::along(table({1, 2, 3, 4, 5, 6}, {2, 3}), std::array{0});
  EXPECT_FALSE(rows.trailing());
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.sum(); }),
            (std::vector<float>{5, 7, 9}));
}

TEST_F(RowTest, FoldsNothing) {
  Rows rows = Rows::along(table({3, 4}, {2}), {});
  EXPECT_EQ(
      fold(rows,
           [](const Row &r) { return r.sum([](Scalar v) { return v * v; }); }),
      (std::vector<float>{9, 16}));
}

TEST_F(RowTest, FoldsAnEmptyRow) {
  Rows rows = Rows::from_axis(table({}, {1, 0}), 1);
  EXPECT_EQ(fold(rows, [](const Row &r) { return r.max(); })[0], -INFINITY);
  EXPECT_TRUE(std::isnan(fold(rows, [](const Row &r) { return r.mean(); })[0]));
}

TEST_F(RowTest, PositionsPreferNaNAndTheAskedSide) {
  Tensor rows = table({1, 5, 5, 2, NAN, 9, NAN, 1}, {2, 4});
  Tensor columns = table({1, NAN, 5, 9, 5, NAN, 2, 1}, {4, 2});
  for (const Rows &of :
       {Rows::from_axis(rows, 1), Rows::along(columns, std::array{0})}) {
    auto position = [&](bool last) {
      Tensors result = fold_rows(of, std::array{DType::i64}, [&](const Row &r) {
        return Scalars{r.extreme_position(/*largest=*/true, last)};
      });
      return folded_values<int64_t>(result[0]);
    };
    EXPECT_EQ(position(false), (std::vector<int64_t>{1, 0}));
    EXPECT_EQ(position(true), (std::vector<int64_t>{2, 2}));
  }
}

TEST_F(RowTest, MapsWithFoldsOnAnyAxis) {
  Tensor x = table({0, 1, 1000, 1001}, {2, 2});
  for (int axis : {0, 1}) {
    std::vector<float> y =
        folded_values<float>(log_softmax_of(Rows::along(x, std::array{axis})));
    ASSERT_EQ(y.size(), 4u);
    float top = axis == 1 ? -0.31326166f : 0;
    EXPECT_NEAR(y[3], top, 1e-4);
  }
}

} // namespace
} // namespace landfall::frontend
