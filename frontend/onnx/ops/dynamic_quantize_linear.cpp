//===- dynamic_quantize_linear.cpp - ONNX DynamicQuantizeLinear -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y_scale      = (max(0, max x) - min(0, min x)) / 255     (1/255 if that is 0)
// y_zero_point = round(clamp(-min(0, min x) / y_scale, 0, 255))
// y            = saturate(round(x / y_scale) + y_zero_point)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

/// The extrema of x and 0, as two f32 scalars.
static Tensors range_with_zero(Builder &b, Tensor x) {
  DType types[] = {DType::f32, DType::f32};
  return b.map({}, types, [&](std::span<const Scalar>) {
    Scalar zero = b.literal(DType::f32, 0);
    return b.fold(x.shape(), {zero, zero},
                  [&](std::span<const Scalar> i, std::span<const Scalar> best) {
                    Scalar value = convert(x.at(i), DType::f32);
                    return Scalars{minimum(best[0], value),
                                   maximum(best[1], value)};
                  });
  });
}

static void dynamic_quantize_linear(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "x");
  Tensors range = range_with_zero(b, x);
  Tensor scale = b.elementwise(range, [](std::span<const Scalar> r) {
    Scalar span = r[1] - r[0];
    return select(span == 0, r[0].builder().literal(DType::f32, 1), span) / 255;
  });
  Tensor zero =
      b.elementwise({range[0], scale}, [](std::span<const Scalar> operands) {
        Scalar start = 0.0 - operands[0] / operands[1];
        return cast_saturate(round_even(minimum(maximum(start, 0), 255)),
                             DType::u8);
      });
  node.output(0, b.map(x.shape(), DType::u8, [&](std::span<const Scalar> i) {
    return quantized(convert(x.at(i), DType::f32) / scale.at({}), DType::u8,
                     zero.at({}));
  }));
  node.output(1, scale);
  node.output(2, zero);
}

LANDFALL_ONNX(dynamic_quantize_linear,
              {"DynamicQuantizeLinear", 11, dynamic_quantize_linear})

} // namespace landfall::frontend
