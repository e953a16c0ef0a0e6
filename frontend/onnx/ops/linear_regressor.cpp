//===- linear_regressor.cpp - Linear regression -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Y = post_transform(X coefficients^T + intercepts)
static void linear_regressor(Node &node) {
  Tensor scores = linear_scores(node, node.int_attr("targets", 1));
  node.output(node.b().elementwise(
      {post_transformed(node, scores)},
      [](std::span<const Scalar> e) { return convert(e[0], DType::f32); }));
}

LANDFALL_ONNX(linear_regressor,
              {"LinearRegressor", 1, linear_regressor, "ai.onnx.ml"})

} // namespace landfall::frontend
