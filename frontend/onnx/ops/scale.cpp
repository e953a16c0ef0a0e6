//===- scale.cpp - A factor for all -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = scale input
static void scale(Node &node) {
  double factor = node.float_attr("scale", 1);
  unary_operator(node, [&](Scalar x) { return factor * x; }, "input");
}

LANDFALL_ONNX(scale, {"Scale", 1, scale})

} // namespace landfall::frontend
