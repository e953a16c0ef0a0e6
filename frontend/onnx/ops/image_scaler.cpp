//===- image_scaler.cpp - A factor, and an offset a channel -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

// output[n, c, h, w] = scale input[n, c, h, w] + bias[c]
static void image_scaler(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input", 4);
  double scale = node.float_attr("scale", 1);
  Tensor bias = constant_table(b, DType::f32, node.floats_attr("bias"));
  require_equal(b, bias.dim(0), x.dim(1), "'bias' needs one value a channel");
  node.output(b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> i) {
    Scalar value = scale * widen(x.at(i));
    return convert(value + convert(bias.at({i[1]}), value.dtype()), x.dtype());
  }));
}

LANDFALL_ONNX(image_scaler, {"ImageScaler", 1, image_scaler})

} // namespace landfall::frontend
