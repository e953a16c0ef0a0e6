//===- scaled_silu.cpp - SiLU of a scaled operand ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// Y = Z sigmoid(Z) with Z = scale X, each factor rounded to X's type; attribute
// alpha where there is no scale
static void scaled_silu(Node &node) {
  Tensor scale = node.optional_input(1, "scale");
  double alpha = node.float_attr("alpha", 1);
  if (scale)
    scale = one_element(node, scale);
  DType type = node.input(0, "X").dtype();
  unary_operator(node, [&](Scalar x) {
    auto rounded = [&](Scalar y) { return widen(convert(y, type)); };
    Scalar z =
        rounded(scale ? x * convert(scale.at({}), x.dtype()) : alpha * x);
    return z * rounded(sigmoid(z));
  });
}

LANDFALL_ONNX(scaled_silu, {"ScaledSiLU", 1, scaled_silu, "com.microsoft"})

} // namespace landfall::frontend
