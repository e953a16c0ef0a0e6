//===- device_math_test.cpp - The functions against the C library's -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The host's build of the same files, measured against the C library in long
// double over all binades, ranges of interest and special values.
//
//===----------------------------------------------------------------------===//
#include "device_math/device_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace landfall::device_math {
namespace {

static_assert(sizeof(long double) == 16, "x87's or better");

/// Promised; measured: 0.83 at most.
constexpr double promised_ulps = 1;
constexpr double inf = INFINITY;

double ulp_of(long double value) {
  int exponent = value == 0 ? -1022 : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, -1022) - 52);
}

double error_in_ulps(double got, long double exact) {
  double nearest = double(exact);
  if (std::isnan(nearest) || std::isnan(got))
    return std::isnan(nearest) == std::isnan(got) ? 0 : 1e30;
  if (got == nearest)
    return got == 0 && std::signbit(got) != std::signbit(nearest) ? 1e30 : 0.5;
  if (std::isinf(got) || std::isinf(nearest))
    return 1e30;
  return double(std::fabs((long double)got - exact) / ulp_of(exact));
}

struct Unary {
  const char *name;
  double (*function)(double);
  long double (*exact)(long double);
  double low, high; ///< Where most of the interest is.
};
const Unary unaries[] = {
    {"exp", exp, std::exp, -750, 720},  {"log", log, std::log, 0, 4},
    {"sin", sin, std::sin, -1e5, 1e5},  {"cos", cos, std::cos, -1e5, 1e5},
    {"tan", tan, std::tan, -1e5, 1e5},  {"asin", asin, std::asin, -1, 1},
    {"acos", acos, std::acos, -1, 1},   {"atan", atan, std::atan, -10, 10},
    {"sinh", sinh, std::sinh, -3, 3},   {"cosh", cosh, std::cosh, -3, 3},
    {"tanh", tanh, std::tanh, -3, 3},   {"asinh", asinh, std::asinh, -3, 3},
    {"acosh", acosh, std::acosh, 1, 3}, {"atanh", atanh, std::atanh, -1, 1},
    {"erf", erf, std::erf, -6, 6},      {"log1p", log1p, std::log1p, -1, 2},
};

/// Special values, those close to a multiple of pi / 2, and every binade.
std::vector<double> edges() {
  std::vector<double> result = {NAN,
                                inf,
                                5e-324,
                                2.2250738585072014e-308,
                                1.7e308,
                                0.5,
                                0.35,
                                0.3466,
                                709.78,
                                709.79,
                                710.47,
                                745.13,
                                745.14,
                                20,
                                6,
                                5.99,
                                0x1p-27,
                                0x1p-28,
                                0x1p53,
                                0x1p52 + 1,
                                7 / 16.,
                                1 - 1e-16,
                                1 + 3e-16,
                                6381956970095103 * 0x1p797,
                                5.319372648326541e255};
  for (int k = -1074; k < 1024; ++k)
    for (double x : {1.0, 1.5, 1.2345678901234567})
      result.push_back(std::ldexp(x, k));
  for (int k = 1; k < 2000; ++k)
    result.push_back(k * 1.5707963267948966);
  for (int k = 0; k <= 64; ++k)
    result.push_back(k / 16.);
  for (size_t k = result.size(); k-- > 0;)
    result.push_back(-result[k]);
  return result;
}

std::vector<double> samples(const Unary &f) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<> inside(f.low, f.high), small(-1, 1);
  std::vector<double> result = edges();
  for (int k = 0; k < 100000; ++k) {
    result.push_back(inside(random));
    result.push_back(small(random));
    result.push_back(std::bit_cast<double>(random()));
  }
  return result;
}

TEST(DeviceMath, UnaryFunctionsKeepTheirPromise) {
  for (const Unary &f : unaries) {
    double worst = 0, where = 0;
    for (double x : samples(f)) {
      double error = error_in_ulps(f.function(x), f.exact(x));
      if (error > worst) {
        worst = error;
        where = x;
      }
    }
    RecordProperty(f.name, std::to_string(worst));
    EXPECT_LE(worst, promised_ulps)
        << f.name << "(" << std::hexfloat << where
        << ") = " << f.function(where) << ", not " << double(f.exact(where));
  }
}

TEST(DeviceMath, PowersKeepTheirPromise) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<> base(0, 3), exponent(-300, 300), one(-1, 1);
  double worst = 0, where[2] = {};
  auto check = [&](double x, double y) {
    double error = error_in_ulps(pow(x, y), std::pow((long double)x, y));
    if (error > worst) {
      worst = error;
      where[0] = x;
      where[1] = y;
    }
  };
  std::vector<double> special = {
      0.0, -0.0, 1,   -1,  2,    -2,    0.5,    3,      -3,         1.5,   -1.5,
      inf, -inf, NAN, 1e9, -1e9, 1e300, 5e-324, 0x1p53, 0x1p52 + 1, 0x1p70};
  for (double x : special)
    for (double y : special)
      check(x, y);
  for (int k = 0; k < 200000; ++k) {
    check(base(random), exponent(random));
    check(1 + one(random) * 1e-6, exponent(random) * 1e6);
    check(std::bit_cast<double>(random()), one(random));
    check(-base(random), std::floor(exponent(random)));
    check(std::bit_cast<double>(random()), std::bit_cast<double>(random()));
  }
  RecordProperty("pow", std::to_string(worst));
  EXPECT_LE(worst, promised_ulps)
      << std::hexfloat << where[0] << " ^ " << where[1] << " = "
      << pow(where[0], where[1]) << ", not " << std::pow(where[0], where[1]);
}

TEST(DeviceMath, RemaindersAreExact) {
  std::mt19937_64 random(5);
  std::vector<double> values = edges();
  for (int k = 0; k < 200000; ++k) {
    double x = k % 2 ? std::bit_cast<double>(random())
                     : values[random() % values.size()];
    double y = k % 3 ? std::bit_cast<double>(random())
                     : values[random() % values.size()];
    double got = fmod(x, y), want = std::fmod(x, y);
    if (std::isnan(want))
      ASSERT_TRUE(std::isnan(got)) << x << " mod " << y;
    else
      ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(want))
          << std::hexfloat << x << " mod " << y;
  }
}

} // namespace
} // namespace landfall::device_math
