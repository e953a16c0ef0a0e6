//===- reshape_readings_test.cpp --------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_readings.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

using ir::SizeContext;

/// An image of batch 1 and a square size, by default: the hardest to read.
class ReshapeReadings : public testing::Test {
protected:
  void open(int64_t batch, int64_t height, int64_t width) {
    extents.open(n, batch);
    extents.open(h, height);
    extents.open(w, width);
  }

  /// The readings' targets; those that are made of others are noted.
  std::vector<Shape> read(const Shape &data, const Shape &target) {
    std::vector<Shape> result;
    auto readings = reshape_readings(extents, data, target);
    for (const ReshapeReading &reading : readings)
      result.push_back(reading.target);
    if (readings.size() == 1)
      note_factors(extents, readings[0]);
    return result;
  }

  SizeContext context;
  Size n = context.symbol("n"), h = context.symbol("h"),
       w = context.symbol("w");
  Extents extents;
};

using Shapes = std::vector<Shape>;

TEST_F(ReshapeReadings, ExtentsKeepTheirOrder) {
  open(1, 12, 12);
  EXPECT_EQ(read({n, 255, h, w}, {1, 3, 85, 12, 12}),
            (Shapes{{n, 3, 85, h, w}}));
  EXPECT_EQ(read({n, 24, h, w}, {1, 24, 144}), (Shapes{{n, 24, h * w}}));
  EXPECT_EQ(read({n, h, w, 8}, {1, 288, 4}), (Shapes{{n, h * w * 2, 4}}));
}

TEST_F(ReshapeReadings, EqualNumbersAreTakenInTheirRuns) {
  open(1, 96, 96);
  EXPECT_EQ(read({n, 192, h, w}, {1, 2, 96, 96, 96}),
            (Shapes{{n, 2, 96, h, w}}));
}

TEST_F(ReshapeReadings, ProductsAreTakenApartAsTheyWereMade) {
  open(1, 12, 12);
  read({n, 8, h, w}, {1, 8, 144});
  EXPECT_EQ(read({n, h * w, 8}, {1, 12, 12, 8}), (Shapes{{n, h, w, 8}}));
}

TEST_F(ReshapeReadings, ProductsOfBothOrdersAreNotTakenApart) {
  open(1, 12, 12);
  read({n, 8, h, w}, {1, 8, 144});
  read({n, 8, w, h}, {1, 8, 144});
  EXPECT_TRUE(read({n, h * w, 8}, {1, 12, 12, 8}).empty());
}

TEST_F(ReshapeReadings, ABatchOfOneGoesFirst) {
  open(1, 12, 5);
  EXPECT_EQ(read({n, 4, h, 8}, {4, 12, 8}), (Shapes{{n * 4, h, 8}}));
  EXPECT_EQ(read({n * 4, h, 8}, {1, 4, 12, 8}).size(), 1u);
  EXPECT_EQ(read({n, h, 8}, {12, 8}), (Shapes{{n * h, 8}}));
  EXPECT_EQ(read({2, n, 24, h}, {2, 1, 24, 12}), (Shapes{{2, n, 24, h}}));
  EXPECT_EQ(read({n}, {1}), (Shapes{{n}}));
}

TEST_F(ReshapeReadings, ABatchOfOneBesideOtherOnes) {
  open(1, 12, 5);
  EXPECT_EQ(read({1, n, h}, {1, 12}), (Shapes{{n, h}}));
  EXPECT_EQ(read({h, n, 1}, {12, 1}), (Shapes{{h, n}}));
  EXPECT_EQ(read({n, h}, {1, 1, 12}), (Shapes{{n, 1, h}, {1, n, h}}));
  EXPECT_EQ(read({h, n, 8}, {12, 8}), (Shapes{{h, n * 8}, {n * h, 8}}));
}

TEST_F(ReshapeReadings, APartOfAnExtentHasSeveralReadings) {
  open(1, 56, 21);
  EXPECT_EQ(read({n, h, 8}, {1, 8, 7, 8}),
            (Shapes{{n, floordiv(h, 7), 7, 8}, {n, 8, floordiv(h, 8), 8}}));
}

TEST_F(ReshapeReadings, KnownEntriesStay) {
  open(2, 12, 5);
  EXPECT_EQ(read({n, h, w}, {n, 60}), (Shapes{{n, h * w}}));
  EXPECT_EQ(read({n, h, w}, {n, h, 5}), (Shapes{{n, h, w}}));
}

TEST_F(ReshapeReadings, DifferentCountsHaveNone) {
  open(1, 12, 12);
  EXPECT_TRUE(read({n, h, w}, {1, 12, 13}).empty());
  EXPECT_TRUE(read({n, h, w}, {1, 0, 144}).empty());
}

} // namespace
} // namespace landfall::frontend
