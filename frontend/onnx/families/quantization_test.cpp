//===- quantization_test.cpp - Rounding and clamping ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/folded_values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace landfall::frontend {
namespace {

template <typename T>
std::vector<T> quantize(const std::vector<float> &values, DType type,
                        int64_t zero) {
  Module module;
  Builder b(module);
  Tensor x = constant_table(b, DType::f32, values);
  return folded_values<T>(
      b.map(x.shape(), type, [&](std::span<const Scalar> p) {
        return quantized(x.at(p), type, b.literal_int(type, zero));
      }));
}

TEST(QuantizationTest, RoundsHalfToEvenBeforeTheShift) {
  EXPECT_EQ(quantize<uint8_t>({0.5f, 1.5f, 2.5f}, DType::u8, 1),
            (std::vector<uint8_t>{1, 3, 3}));
}

TEST(QuantizationTest, Saturates) {
  EXPECT_EQ(quantize<int8_t>({1e9f, -1e9f, INFINITY}, DType::i8, 0),
            (std::vector<int8_t>{127, -128, 127}));
  EXPECT_EQ(quantize<uint8_t>({-3, 300}, DType::u8, 0),
            (std::vector<uint8_t>{0, 255}));
}

} // namespace
} // namespace landfall::frontend
