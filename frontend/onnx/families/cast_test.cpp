//===- cast_test.cpp - ONNX's conversions between types ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cast.h"

#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace landfall::frontend {
namespace {

std::vector<uint8_t> to_bytes(const std::vector<float> &values, DType type,
                              const CastRule &rule) {
  Module module;
  Builder b(module);
  Tensor x = constant_table(b, DType::f32, values);
  return folded_values<uint8_t>(
      b.elementwise({x}, [&](std::span<const Scalar> e) {
        return cast_element(e[0], type, rule);
      }));
}

using Bytes8 = std::vector<uint8_t>;
constexpr CastRule saturating{true, CastRule::Round::up};
constexpr CastRule nearest{false, CastRule::Round::nearest};

TEST(Cast, TruthValues) {
  EXPECT_EQ(to_bytes({0, -0.0f, 0.25f, NAN}, DType::boolean, saturating),
            (Bytes8{0, 0, 1, 1}));
}

TEST(Cast, IntegersWrap) {
  EXPECT_EQ(to_bytes({-1.9f, 257}, DType::u8, saturating), (Bytes8{255, 1}));
}

TEST(Cast, EightBitFloats) {
  EXPECT_EQ(to_bytes({1, 1e6f, -INFINITY}, DType::f8e4m3fn, saturating),
            (Bytes8{0x38, 0x7E, 0xFE}));
  EXPECT_EQ(to_bytes({1, 1e6f}, DType::f8e4m3fn, nearest),
            (Bytes8{0x38, 0x7F}));
}

TEST(Cast, BareExponents) {
  EXPECT_EQ(to_bytes({0, 1, 1.1f, 2, INFINITY}, DType::f8e8m0, saturating),
            (Bytes8{0, 127, 128, 128, 0xFE}));
  EXPECT_EQ(to_bytes({0, 1.4f, 1.5f, INFINITY}, DType::f8e8m0, nearest),
            (Bytes8{0xFF, 127, 128, 0xFF}));
}

} // namespace
} // namespace landfall::frontend
