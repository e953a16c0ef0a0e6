//===- operand_box_test.cpp - What a region reads of an operand -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/operand_box.h"

#include <gtest/gtest.h>

namespace landfall::tile {
namespace {

/// A dimension of an operand, with the load's index in it.
BoxSide side(int64_t extent, int64_t constant, std::vector<int64_t> slopes) {
  return {{constant, std::move(slopes)}, extent};
}

/// 3 taps on 8 points of a row of 8, padded by 1: the row and a zero at each
/// end. The variables are the point and the tap.
TEST(OperandBox, AWindowsPointsAreLoadedOnce) {
  Region region{{0, 0}, {8, 3}};
  OperandBox box = box_in({side(8, -1, {1, 1})}, region, 4);
  EXPECT_EQ(box.sides[0].first, -1);
  EXPECT_EQ(box.sides[0].count, 10);
  EXPECT_EQ(box.bytes(), 40);
  EXPECT_EQ(box.line_bytes(), 64);
  uint32_t variables[] = {1, 0};
  Array array = box.array(nullptr, DType::f32, region, variables);
  EXPECT_EQ(array.stride(0), 4);
  EXPECT_EQ(array.stride(1), 4);
  EXPECT_EQ(array.offset, 0);
}

/// Every other row is left out, as rows are far from each other; of elements,
/// none is.
TEST(OperandBox, WhatIsBetweenIsLoadedWhereItIsNear) {
  Region region{{3, 5}, {4, 6}};
  OperandBox box =
      box_in({side(100, 0, {2, 0}), side(100, 0, {0, 2})}, region, 4);
  EXPECT_EQ(box.sides[0].first, 6);
  EXPECT_EQ(box.sides[0].step, 2);
  EXPECT_EQ(box.sides[0].count, 4);
  EXPECT_EQ(box.sides[1].first, 10);
  EXPECT_EQ(box.sides[1].step, 1);
  EXPECT_EQ(box.sides[1].count, 11);
  uint32_t variables[] = {0, 1};
  Array array = box.array(nullptr, DType::f32, region, variables);
  EXPECT_EQ(array.stride(0), 11 * 4);
  EXPECT_EQ(array.stride(1), 2 * 4);
}

/// An index that falls begins at the box's end.
TEST(OperandBox, ReversedIndices) {
  Region region{{2}, {5}};
  OperandBox box = box_in({side(20, 19, {-1})}, region, 2);
  EXPECT_EQ(box.sides[0].first, 13);
  uint32_t variables[] = {0};
  Array array = box.array(nullptr, DType::f16, region, variables);
  EXPECT_EQ(array.offset, 4 * 2);
  EXPECT_EQ(array.stride(0), -2);
}

TEST(OperandBox, WholeLinesAreMoved) {
  EXPECT_EQ(line_bytes_of({}, 4), 64);
  EXPECT_EQ(line_bytes_of({{16, {4}}}, 4), 64);
  EXPECT_EQ(line_bytes_of({{17, {4}}}, 4), 128);
  EXPECT_EQ(line_bytes_of({{16, {8}}}, 4), 16 * 64) << "elements apart";
  EXPECT_EQ(line_bytes_of({{10, {400}}, {100, {4}}}, 4), 4032) << "one run";
  EXPECT_EQ(line_bytes_of({{100, {4}}, {10, {800}}}, 4), 10 * 448)
      << "in any order";
}

} // namespace
} // namespace landfall::tile
