//===- dequantize_linear.cpp - ONNX DequantizeLinear ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y = (x - x_zero_point) * x_scale, per tensor, along an axis or in blocks.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

static void dequantize_linear(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "x");
  DType type = node.input(1, "x_scale").dtype();
  if (node.int_attr("output_dtype", 0) != 0)
    type = node.dtype_attr("output_dtype", type);
  QuantParameter scale = quant_parameter(node, x, 1, "x_scale");
  QuantParameter zero = quant_parameter(node, x, 2, "x_zero_point");
  DType compute = compute_type(type);
  bool is_shifted = !is_nothing(zero.tensor);
  Any y = b.map(x.shape(), type, [&](std::span<const Scalar> i) {
    Scalar value = convert(x.at(i), compute);
    if (zero) {
      Scalar shift = zero.at(i); // Checks its shape, too.
      value = is_shifted ? value - convert(shift, compute) : value;
    }
    return convert(value * convert(scale.at(i), compute), type);
  });
  y.dequantized = dequantized_of(scale, zero, x);
  node.output(y);
}

LANDFALL_ONNX(dequantize_linear, {"DequantizeLinear", 10, dequantize_linear},
              {"DequantizeLinear", 1, dequantize_linear, "com.microsoft"})

} // namespace landfall::frontend
