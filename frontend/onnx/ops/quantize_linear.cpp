//===- quantize_linear.cpp - ONNX QuantizeLinear --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y = saturate(round(x / y_scale) + y_zero_point), per tensor, along an axis or
// in blocks. Integers saturate; 8-bit floats do if `saturate` says so.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

/// The type that x / y_scale is computed in.
static DType division_type(const Node &node, DType x, DType scale) {
  if (node.int_attr("precision", 0) != 0)
    return node.dtype_attr("precision", scale);
  if (!is_real(x) || !is_real(scale))
    return DType::f64;
  if (scale == DType::f8e8m0)
    return DType::f32;
  return x == scale ? x : DType::f32;
}

static DType output_type(const Node &node, const QuantParameter &zero) {
  if (zero)
    return zero.tensor.dtype();
  if (node.int_attr("output_dtype", 0) != 0)
    return node.dtype_attr("output_dtype", DType::u8);
  return DType::u8;
}

static void quantize_linear(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "x");
  DType scale_type = node.input(1, "y_scale").dtype();
  QuantParameter scale = quant_parameter(node, x, 1, "y_scale");
  QuantParameter zero = quant_parameter(node, x, 2, "y_zero_point");
  DType type = output_type(node, zero);
  DType division = division_type(node, x.dtype(), scale_type);
  bool saturate = node.flag_attr("saturate", true);
  node.output(b.map(x.shape(), type, [&](std::span<const Scalar> i) {
    Scalar quotient =
        convert(x.at(i), division) / convert(scale.at(i), division);
    Scalar value = convert(quotient, compute_type(division));
    return quantized(value, type, zero ? zero.at(i) : Scalar(), saturate);
  }));
}

LANDFALL_ONNX(quantize_linear, {"QuantizeLinear", 10, quantize_linear},
              {"QuantizeLinear", 1, quantize_linear, "com.microsoft"})

} // namespace landfall::frontend
