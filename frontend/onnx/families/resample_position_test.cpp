//===- resample_position_test.cpp - Positions in integers -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resample_position.h"

#include <cmath>
#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

constexpr double scales[] = {2, 3, 7, 0.5, 0.25, 1.5, 0.75, 5.25, 33.0 / 64};

/// ONNX's formulas, in reals.
double position(Coordinates coordinates, double scale, double i) {
  switch (coordinates) {
  case Coordinates::half_pixel:
  case Coordinates::pytorch_half_pixel:
    return (i + 0.5) / scale - 0.5;
  case Coordinates::tf_half_pixel_for_nn:
    return (i + 0.5) / scale;
  default:
    return i / scale;
  }
}

double nearest(Nearest rule, double scale, double x) {
  switch (rule) {
  case Nearest::prefer_floor:
    return std::ceil(x - 0.5);
  case Nearest::prefer_ceil:
    return std::floor(x + 0.5);
  case Nearest::floor:
    return std::floor(x);
  case Nearest::ceil:
    return std::ceil(x);
  case Nearest::simple:
    break;
  }
  return scale < 1 ? std::ceil(x) : std::floor(x);
}

ResizeDim dim_of(double scale) {
  ResizeDim dim;
  dim.dim = 0;
  dim.in = 64;
  dim.out = int64_t(64 * scale);
  dim.ratio = exact_ratio(scale);
  return dim;
}

TEST(ResamplePosition, IntegersGiveWhatRealsGive) {
  for (double scale : scales)
    for (Coordinates coordinates :
         {Coordinates::half_pixel, Coordinates::pytorch_half_pixel,
          Coordinates::tf_half_pixel_for_nn, Coordinates::asymmetric})
      for (Nearest rule : {Nearest::prefer_floor, Nearest::prefer_ceil,
                           Nearest::floor, Nearest::ceil, Nearest::simple}) {
        auto exact = exact_element(coordinates, rule, dim_of(scale));
        ASSERT_TRUE(exact.has_value()) << scale;
        for (int64_t i = 0; i < 700; ++i) {
          double real =
              nearest(rule, scale, position(coordinates, scale, double(i)));
          double whole = std::floor(double(exact->slope * i + exact->offset) /
                                    double(exact->divisor));
          ASSERT_EQ(whole, real)
              << "scale " << scale << ", rule " << int(rule) << ", element "
              << i << " of coordinates " << int(coordinates);
        }
      }
}

TEST(ResamplePosition, EnlargingByTwoHalvesTheIndex) {
  auto exact =
      exact_element(Coordinates::half_pixel, Nearest::prefer_floor, dim_of(2));
  ASSERT_TRUE(exact.has_value());
  EXPECT_EQ(exact->slope, 1);
  EXPECT_EQ(exact->offset, 0);
  EXPECT_EQ(exact->divisor, 2);
}

TEST(ResamplePosition, ScalesThatAreNoFractionStayReal) {
  for (double scale : {0.3, 1.1, 1e-9, 1e9, -2.0})
    EXPECT_FALSE(exact_ratio(scale).has_value()) << scale;
  EXPECT_FALSE(
      exact_element(Coordinates::align_corners, Nearest::floor, dim_of(2))
          .has_value());
}

} // namespace
} // namespace landfall::frontend
