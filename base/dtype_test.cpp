//===- dtype_test.cpp - Every code of every small format ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/dtype.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace landfall {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A format as its publication states it, in the test's own words.
struct Definition {
  DType type;
  int exponent_bits, mantissa_bits, bias;
  uint32_t largest; ///< Code of the largest finite number.
  bool has_infinity;
  bool has_negative_zero;
};

const Definition definitions[] = {
    {DType::f16, 5, 10, 15, 0x7bff, true, true},
    {DType::bf16, 8, 7, 127, 0x7f7f, true, true},
    {DType::f8e4m3fn, 4, 3, 7, 0x7e, false, true},
    {DType::f8e4m3fnuz, 4, 3, 8, 0x7f, false, false},
    {DType::f8e5m2, 5, 2, 15, 0x7b, true, true},
    {DType::f8e5m2fnuz, 5, 2, 16, 0x7f, false, false},
    {DType::f4e2m1, 2, 1, 1, 0x7, false, true},
};

/// The value of the positive finite code `code`.
double value_of(const Definition &d, uint32_t code) {
  int exponent = int(code >> d.mantissa_bits);
  double fraction =
      std::ldexp(code & ((1u << d.mantissa_bits) - 1), -d.mantissa_bits);
  return exponent == 0 ? std::ldexp(fraction, 1 - d.bias)
                       : std::ldexp(1 + fraction, exponent - d.bias);
}

uint32_t sign_bit(const Definition &d) {
  return 1u << (d.exponent_bits + d.mantissa_bits);
}

TEST(DType, DecodesEveryCode) {
  for (const Definition &d : definitions)
    for (uint32_t code = 0; code < sign_bit(d); ++code) {
      float positive = real_to_float(d.type, code);
      float negative = real_to_float(d.type, code | sign_bit(d));
      if (code <= d.largest) {
        EXPECT_EQ(positive, value_of(d, code)) << name(d.type) << code;
        if (code == 0 && !d.has_negative_zero)
          EXPECT_TRUE(std::isnan(negative));
        else
          EXPECT_EQ(negative, -value_of(d, code)) << name(d.type) << code;
      } else if (d.has_infinity && code == d.largest + 1) {
        EXPECT_EQ(positive, infinity);
        EXPECT_EQ(negative, -infinity);
      } else {
        EXPECT_TRUE(std::isnan(positive) && std::isnan(negative));
      }
    }
}

TEST(DType, EncodesToNearestEvenBetweenAllNeighbours) {
  for (const Definition &d : definitions)
    for (uint32_t code = 0; code < d.largest; ++code) {
      double low = value_of(d, code), high = value_of(d, code + 1);
      double middle = (low + high) / 2;
      uint32_t even = code % 2 ? code + 1 : code;
      EXPECT_EQ(real_from_double(d.type, low), code);
      EXPECT_EQ(real_from_double(d.type, middle), even);
      EXPECT_EQ(real_from_double(d.type, std::nextafter(middle, 0)), code);
      EXPECT_EQ(real_from_double(d.type, std::nextafter(middle, infinity)),
                code + 1);
      EXPECT_EQ(real_from_float(d.type, float(middle)), even);
      uint32_t sign = even || d.has_negative_zero ? sign_bit(d) : 0;
      EXPECT_EQ(real_from_double(d.type, -middle), even | sign);
    }
}

TEST(DType, RoundsFromDoubleOnce) {
  // Through float this would first become the midpoint, then tie to even.
  double value = 1 + std::ldexp(1, -11) + std::ldexp(1, -40);
  EXPECT_EQ(real_from_double(DType::f16, value), 0x3c01u);
  EXPECT_EQ(real_from_double(DType::f16, 65519.99), 0x7bffu);
  EXPECT_EQ(real_from_double(DType::f16, 65520), 0x7c00u);
  EXPECT_EQ(real_from_double(DType::bf16, 1e-300), 0u);
  EXPECT_EQ(real_from_double(DType::bf16, -5e-324), 0x8000u);
}

TEST(DType, OverflowsAsTheFormatSays) {
  struct Row {
    DType type;
    uint32_t clamped, overflowed, nan_code;
  } rows[] = {
      {DType::f16, 0x7c00, 0x7c00, 0x7e00},
      {DType::bf16, 0x7f80, 0x7f80, 0x7fc0},
      {DType::f8e4m3fn, 0x7e, 0x7f, 0x7f},
      {DType::f8e4m3fnuz, 0x7f, 0x80, 0x80},
      {DType::f8e5m2, 0x7b, 0x7c, 0x7e},
      {DType::f8e5m2fnuz, 0x7f, 0x80, 0x80},
      {DType::f8e8m0, 0xfe, 0xff, 0xff},
      {DType::f4e2m1, 0x7, 0x7, 0x8},
  };
  for (const Row &row : rows) {
    EXPECT_EQ(real_from_double(row.type, 1e39), row.clamped) << name(row.type);
    EXPECT_EQ(real_from_double(row.type, 1e39, Saturation::off),
              row.overflowed);
    EXPECT_EQ(real_from_double(row.type, nan), row.nan_code);
  }
  EXPECT_EQ(real_from_double(DType::f8e4m3fn, -infinity), 0xfeu);
  EXPECT_EQ(real_from_double(DType::f8e5m2, -infinity, Saturation::off), 0xfcu);
}

TEST(DType, ScalesArePowersOfTwoRoundedUp) {
  for (uint32_t code = 0; code < 255; ++code) {
    float value = real_to_float(DType::f8e8m0, code);
    EXPECT_EQ(value, std::ldexp(1.0, int(code) - 127));
    EXPECT_EQ(real_from_float(DType::f8e8m0, value), code);
    EXPECT_EQ(real_from_float(DType::f8e8m0, -value), code);
    if (code < 254)
      EXPECT_EQ(real_from_float(DType::f8e8m0, value * 1.1f), code + 1);
  }
  EXPECT_TRUE(std::isnan(real_to_float(DType::f8e8m0, 255)));
  EXPECT_EQ(real_from_float(DType::f8e8m0, 0), 0u);
}

TEST(DType, CarriesNaNPayloadsThroughHalf) {
  for (uint32_t payload = 0x200; payload < 0x400; ++payload) {
    uint32_t code = 0x7c00 | payload;
    EXPECT_EQ(real_from_float(DType::f16, real_to_float(DType::f16, code)),
              code);
  }
}

TEST(DType, WrapsIntegers) {
  EXPECT_EQ(wrap_integer(DType::i8, 200), -56);
  EXPECT_EQ(wrap_integer(DType::u8, -1), 255);
  EXPECT_EQ(wrap_integer(DType::i4, 8), -8);
  EXPECT_EQ(wrap_integer(DType::u2, 7), 3);
  EXPECT_EQ(wrap_integer(DType::u32, -1), 0xffffffff);
  EXPECT_EQ(wrap_integer(DType::i64, INT64_MIN), INT64_MIN);
  EXPECT_EQ(wrap_integer(DType::boolean, 3), 1);
}

TEST(DType, FindsByNameAndOnnxNumber) {
  for (int i = 0; i < dtype_count(); ++i) {
    const DTypeInfo &row = info(DType(i));
    EXPECT_EQ(dtype_from_name(row.name), DType(i));
    EXPECT_EQ(dtype_from_onnx(row.onnx), DType(i));
  }
  EXPECT_FALSE(dtype_from_onnx(0));
  EXPECT_FALSE(dtype_from_name("float"));
}

} // namespace
} // namespace landfall
