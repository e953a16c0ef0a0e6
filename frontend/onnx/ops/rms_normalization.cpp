//===- rms_normalization.cpp - Divides by the root mean square --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::frontend {

// Y = scale X / sqrt(mean(X^2) + epsilon), over the dimensions from axis on
static void rms_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  double epsilon = node.float_attr("epsilon", 1e-5f);
  PointBody scale =
      broadcast_parameter(node, node.input(1, "scale"), "scale", x);
  Rows rows =
      Rows::from_axis(x, node.axis(node.int_attr("axis", -1), x.rank()));
  node.output(rms_normalize_rows(rows, epsilon, scale, x.dtype()));
}

LANDFALL_ONNX(rms_normalization, {"RMSNormalization", 23, rms_normalization})

} // namespace landfall::frontend
