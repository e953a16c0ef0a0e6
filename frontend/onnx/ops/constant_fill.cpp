//===- constant_fill.cpp - Tensors of one value -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/filled_shape.h"

namespace landfall::frontend {

// output[...] = value, as `dtype`; its shape is that of filled_shape.h
static void constant_fill(Node &node) {
  Builder &b = node.b();
  DType type = numeric_dtype(node, "dtype", DType::f32);
  double value = node.float_attr("value", 0);
  node.output(
      b.map(filled_shape(node, "input"), type, [&](std::span<const Scalar>) {
        return cast(b.literal(DType::f32, value), type);
      }));
}

LANDFALL_ONNX(constant_fill, {"ConstantFill", 1, constant_fill})

} // namespace landfall::frontend
