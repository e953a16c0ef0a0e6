//===- chirp_transform_test.cpp - Transforms of any length ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Lengths that only the run knows: test/scaling.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/chirp_transform.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <complex>
#include <numbers>

namespace landfall::frontend {
namespace {

using Complex = std::complex<double>;

/// The largest error of a transform of some signal against the definition.
double error_of(int64_t length, int parts, bool inverse) {
  Module module;
  Builder b(module);
  std::vector<double> signal; // Real parts, then imaginary ones.
  for (int64_t i = 0; i < parts * length; ++i)
    signal.push_back(double((i * 7) % 11) - 5);
  Tensor x = constant_table(b, DType::f64, signal, {1, parts, length, 1});
  auto y = folded_values<double>(chirp_transform(b, x, length, inverse));
  if (y.size() != size_t(2 * length))
    return 1e9;
  double worst = 0;
  for (int64_t k = 0; k < length; ++k) {
    Complex sum = 0;
    for (int64_t n = 0; n < length; ++n) {
      double turn = double(k * n % length) / double(length);
      double angle = (inverse ? 2 : -2) * std::numbers::pi * turn;
      double imaginary = parts == 2 ? signal[length + n] : 0;
      sum += Complex(signal[n], imaginary) * std::polar(1.0, angle);
    }
    worst = std::max(worst, std::abs(sum - Complex(y[k], y[length + k])));
  }
  return worst;
}

TEST(ChirpTransformTest, AgreesWithTheDefinition) {
  for (int64_t length : {1, 2, 3, 17, 64, 131})
    for (int parts : {1, 2})
      for (bool inverse : {false, true})
        EXPECT_LT(error_of(length, parts, inverse), 1e-9) << length;
}

} // namespace
} // namespace landfall::frontend
