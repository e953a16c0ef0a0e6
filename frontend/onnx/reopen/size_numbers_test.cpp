//===- size_numbers_test.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/size_numbers.h"

#include <gtest/gtest.h>

#include <cmath>

namespace landfall::frontend {
namespace {

/// An image of 96 by 64, and features at strides of 4 (24 by 16).
class SizeNumbersTest : public testing::Test {
protected:
  SizeNumbersTest() {
    extents.open(h, 96);
    extents.open(w, 64);
    extents.see({Size(4), ceildiv(h, 4), ceildiv(w, 4)});
  }

  ir::SizeContext context;
  Size h = context.symbol("H"), w = context.symbol("W");
  Extents extents;
};

TEST_F(SizeNumbersTest, NumbersOfInputsAndFeatures) {
  SizeNumbers numbers(extents);
  for (double value : {96.0, 63.0, 32.0, 1 / 95.0, 97.0, 4 * 24.0 * 16.0})
    EXPECT_TRUE(numbers.is_of_input(value)) << value;
  for (double value : {24.0, 15.0, -8.0, 7.5, 1 / 23.0, std::sqrt(24.0 * 16)}) {
    EXPECT_TRUE(numbers.may_be(value)) << value;
    EXPECT_TRUE(numbers.may_be(float(value))) << value;
  }
  for (double value : {0.0, 1.0, 2.0, 0.5, 6.0, 1e9, 1e-5, 0.70710678})
    EXPECT_FALSE(numbers.may_be(value)) << value;
  EXPECT_TRUE(numbers.is_stride(4));
  EXPECT_FALSE(numbers.is_stride(16));
}

TEST_F(SizeNumbersTest, SomeOfManyNumbersAreSizesByChance) {
  SizeNumbers numbers(extents);
  EXPECT_EQ(numbers.found_in({10, 13, 16, 30, 33, 23}), std::nullopt);
  EXPECT_EQ(numbers.found_in({10, 13, 96, 30, 33, 23}), 96);
  EXPECT_TRUE(numbers.found_in({24, 16, 12, 8, 3.7}));
  EXPECT_EQ(numbers.found_in({}), std::nullopt);
}

TEST_F(SizeNumbersTest, PartsOfAnExtent) {
  SizeNumbers numbers(extents);
  for (int64_t value : {10, 6, 5})
    EXPECT_TRUE(numbers.is_part(value, 20)) << value;
  for (int64_t value : {0, 1, 2})
    EXPECT_FALSE(numbers.is_part(value, 20)) << value;
}

} // namespace
} // namespace landfall::frontend
