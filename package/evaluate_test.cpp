//===- evaluate_test.cpp - The corners of scalar operations ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/interpreter.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace landfall {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

ScalarValue make(double value) {
  ScalarValue result;
  result.d = value;
  return result;
}
ScalarValue make(int64_t value) {
  ScalarValue result;
  result.i = value;
  return result;
}

int64_t integer(ScalarOp op, DType type, int64_t a, int64_t b = 0) {
  ScalarValue args[] = {make(a), make(b)};
  return evaluate(op, type, type, args).i;
}

double real(ScalarOp op, DType type, double a, double b = 0, double c = 0) {
  ScalarValue args[] = {make(a), make(b), make(c)};
  return evaluate(op, type, type, args).d;
}

template <typename T>
ScalarValue cast(DType to, DType from, T value, ScalarOp op = ScalarOp::cast) {
  ScalarValue args[] = {make(value)};
  return evaluate(op, to, from, args);
}

TEST(Evaluate, IntegerArithmeticIsTotal) {
  EXPECT_EQ(integer(ScalarOp::add, DType::i8, 127, 1), -128);
  EXPECT_EQ(integer(ScalarOp::sub, DType::u8, 0, 1), 255);
  EXPECT_EQ(integer(ScalarOp::mul, DType::i64, INT64_MAX, 2), -2);
  for (DType type : {DType::i32, DType::u32, DType::i64, DType::u64}) {
    EXPECT_EQ(integer(ScalarOp::div, type, 7, 0), 0);
    EXPECT_EQ(integer(ScalarOp::mod, type, 7, 0), 0);
    EXPECT_EQ(integer(ScalarOp::fmod, type, 7, 0), 0);
  }
  EXPECT_EQ(integer(ScalarOp::div, DType::i64, INT64_MIN, -1), INT64_MIN);
  EXPECT_EQ(integer(ScalarOp::mod, DType::i64, INT64_MIN, -1), 0);
  EXPECT_EQ(integer(ScalarOp::div, DType::i8, -128, -1), -128);
  EXPECT_EQ(integer(ScalarOp::div, DType::u64, -1, 2), INT64_MAX);
  EXPECT_EQ(integer(ScalarOp::div, DType::i32, -7, 2), -3);
  EXPECT_EQ(integer(ScalarOp::abs, DType::i64, INT64_MIN), INT64_MIN);
  EXPECT_EQ(integer(ScalarOp::neg, DType::u16, 1), 65535);
}

TEST(Evaluate, RemaindersTakeTheirSign) {
  EXPECT_EQ(integer(ScalarOp::mod, DType::i32, -7, 3), 2);
  EXPECT_EQ(integer(ScalarOp::mod, DType::i32, 7, -3), -2);
  EXPECT_EQ(integer(ScalarOp::fmod, DType::i32, -7, 3), -1);
  EXPECT_EQ(real(ScalarOp::mod, DType::f32, -7, 3), 2);
  EXPECT_EQ(real(ScalarOp::fmod, DType::f32, -7, 3), -1);
  EXPECT_TRUE(std::isnan(real(ScalarOp::mod, DType::f32, 1, 0)));
}

TEST(Evaluate, IntegerPowersWrapAndInvert) {
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, 3, 4), 81);
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, 2, 31), INT32_MIN);
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, 0, 0), 1);
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, 2, -1), 0);
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, -1, -3), -1);
  EXPECT_EQ(integer(ScalarOp::pow, DType::i32, 0, -1), 0);
}

TEST(Evaluate, ShiftsBeyondTheWidth) {
  EXPECT_EQ(integer(ScalarOp::shl, DType::u8, 1, 7), 128);
  EXPECT_EQ(integer(ScalarOp::shl, DType::u8, 1, 8), 0);
  EXPECT_EQ(integer(ScalarOp::shl, DType::i64, 1, 64), 0);
  EXPECT_EQ(integer(ScalarOp::shl, DType::i64, 1, -1), 0);
  EXPECT_EQ(integer(ScalarOp::shr, DType::u64, -1, 63), 1);
  EXPECT_EQ(integer(ScalarOp::shr, DType::i32, -8, 1), -4);
  EXPECT_EQ(integer(ScalarOp::shr, DType::i32, -8, 99), -1);
  EXPECT_EQ(integer(ScalarOp::bit_not, DType::boolean, 1), 0);
  EXPECT_EQ(integer(ScalarOp::bit_not, DType::u8, 1), 254);
}

TEST(Evaluate, ComparesUnsignedAndNaN) {
  EXPECT_EQ(integer(ScalarOp::lt, DType::u64, 1, -1), 1);
  EXPECT_EQ(integer(ScalarOp::lt, DType::i64, 1, -1), 0);
  ScalarValue args[] = {make(nan), make(1.0)};
  for (ScalarOp op : {ScalarOp::eq, ScalarOp::lt, ScalarOp::le})
    EXPECT_EQ(evaluate(op, DType::boolean, DType::f32, args).i, 0);
  EXPECT_EQ(evaluate(ScalarOp::ne, DType::boolean, DType::f32, args).i, 1);
}

TEST(Evaluate, MinimaPropagateNaN) {
  EXPECT_TRUE(std::isnan(real(ScalarOp::min, DType::f32, nan, 1)));
  EXPECT_TRUE(std::isnan(real(ScalarOp::max, DType::f32, 1, nan)));
  EXPECT_TRUE(std::signbit(real(ScalarOp::min, DType::f32, 0.0, -0.0)));
  EXPECT_FALSE(std::signbit(real(ScalarOp::max, DType::f32, -0.0, 0.0)));
  EXPECT_TRUE(std::isnan(real(ScalarOp::sign, DType::f16, nan)));
}

TEST(Evaluate, RoundsOncePerOperation) {
  EXPECT_EQ(real(ScalarOp::add, DType::f32, 16777216, 1), 16777216);
  EXPECT_EQ(real(ScalarOp::add, DType::f16, 2048, 1), 2048);
  EXPECT_EQ(real(ScalarOp::mul, DType::f16, 300, 300), infinity);
  EXPECT_EQ(real(ScalarOp::div, DType::f32, 1, 3), double(1.0f / 3.0f));
  EXPECT_EQ(real(ScalarOp::round, DType::f32, 2.5), 2);
  EXPECT_EQ(real(ScalarOp::round, DType::f32, -0.5), 0);
  float a = 1 + 0x1p-23f;
  EXPECT_EQ(real(ScalarOp::fma, DType::f32, a, a, -1), std::fma(a, a, -1.0f));
  ScalarValue args[] = {make(16777216.0), make(1.0)};
  EXPECT_EQ(
      evaluate(ScalarOp::add, DType::f32, DType::f32, args, Precision::high).d,
      16777217);
}

TEST(Evaluate, CastsRealsToIntegers) {
  EXPECT_EQ(cast(DType::i32, DType::f32, -1.9).i, -1);
  EXPECT_EQ(cast(DType::i32, DType::f32, nan).i, 0);
  EXPECT_EQ(cast(DType::u8, DType::f32, 300.0).i, 44);
  EXPECT_EQ(cast(DType::u8, DType::f32, -1.0).i, 255);
  EXPECT_EQ(cast(DType::i64, DType::f64, 1e300).i, INT64_MAX);
  EXPECT_EQ(cast(DType::i64, DType::f64, -infinity).i, INT64_MIN);
  EXPECT_EQ(uint64_t(cast(DType::u64, DType::f64, 0x1p63).i), 1ull << 63);
  EXPECT_EQ(cast(DType::boolean, DType::f32, 0.5).i, 1);
  EXPECT_EQ(cast(DType::boolean, DType::f32, nan).i, 1);
  ScalarOp clamp = ScalarOp::cast_sat;
  EXPECT_EQ(cast(DType::u8, DType::f32, 300.0, clamp).i, 255);
  EXPECT_EQ(cast(DType::i8, DType::f32, -infinity, clamp).i, -128);
  EXPECT_EQ(cast(DType::i4, DType::f32, nan, clamp).i, 0);
  EXPECT_EQ(cast(DType::u64, DType::f32, 1e30, clamp).i, -1);
  EXPECT_EQ(cast(DType::i8, DType::u64, int64_t(-1), clamp).i, 127);
  EXPECT_EQ(cast(DType::u8, DType::i32, int64_t(-5), clamp).i, 0);
}

TEST(Evaluate, CastsToRealsWithOneRounding) {
  EXPECT_EQ(cast(DType::f32, DType::i64, int64_t(0x20000020000001)).d,
            double(0x1.000002p53));
  EXPECT_EQ(cast(DType::f32, DType::u64, int64_t(-1)).d, 0x1p64);
  EXPECT_EQ(cast(DType::f16, DType::f64, 65520.0).d, infinity);
  EXPECT_TRUE(std::isnan(cast(DType::f8e4m3fn, DType::f32, 1e6).d));
  EXPECT_EQ(cast(DType::f8e4m3fn, DType::f32, 1e6, ScalarOp::cast_sat).d, 448);
  EXPECT_EQ(cast(DType::i32, DType::f32, 1.0, ScalarOp::bitcast).i, 0x3f800000);
  EXPECT_EQ(cast(DType::bf16, DType::u16, int64_t(0x3f80), ScalarOp::bitcast).d,
            1);
}

TEST(Evaluate, StoresWhatItLoads) {
  for (int i = 0; i < dtype_count(); ++i) {
    DType type = DType(i);
    if (size_of(type) != 1 && size_of(type) != 2)
      continue;
    uint32_t codes = type == DType::boolean ? 2 : 1u << info(type).bits;
    for (uint32_t code = 0; code < codes; ++code) {
      uint16_t in = uint16_t(code), out = 0;
      ScalarValue value = load_scalar(type, &in);
      store_scalar(type, &out, value);
      if (is_real(type) && std::isnan(value.d))
        continue;
      EXPECT_EQ(out & (codes - 1), code) << name(type);
    }
  }
}

} // namespace
} // namespace landfall
