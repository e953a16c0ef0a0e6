//===- fast_fourier_test.cpp - Transforms by factors ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fast_fourier.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <complex>
#include <numbers>

namespace landfall::frontend {
namespace {

using Complex = std::complex<double>;

/// The largest error of a transform of some signal against the definition.
double error_of(int64_t length, bool inverse) {
  Module module;
  Builder b(module);
  std::vector<double> signal; // Real parts, then imaginary ones.
  for (int64_t i = 0; i < 2 * length; ++i)
    signal.push_back(double((i * 7) % 11) - 5);
  Tensor x = constant_table(b, DType::f64, signal, {1, 2, length, 1});
  auto y = folded_values<double>(fast_fourier(b, x, length, inverse));
  if (y.size() != signal.size())
    return 1e9;
  double worst = 0;
  for (int64_t k = 0; k < length; ++k) {
    Complex sum = 0;
    for (int64_t n = 0; n < length; ++n) {
      double turn = double(k * n % length) / double(length);
      double angle = (inverse ? 2 : -2) * std::numbers::pi * turn;
      sum += Complex(signal[n], signal[length + n]) * std::polar(1.0, angle);
    }
    worst = std::max(worst, std::abs(sum - Complex(y[k], y[length + k])));
  }
  return worst;
}

TEST(FastFourierTest, AgreesWithTheDefinition) {
  for (int64_t length : {1, 5, 32, 37, 48, 66})
    for (bool inverse : {false, true})
      EXPECT_LT(error_of(length, inverse), 1e-9) << length;
}

TEST(FastFourierTest, TakesProductsOfSmallFactors) {
  EXPECT_TRUE(has_fast_fourier(1024));
  EXPECT_TRUE(has_fast_fourier(1000));
  EXPECT_TRUE(has_fast_fourier(127));
  EXPECT_FALSE(has_fast_fourier(131));
  EXPECT_FALSE(has_fast_fourier(0));
}

} // namespace
} // namespace landfall::frontend
