//===- clip.cpp - Limits values to a range ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"
#include "frontend/onnx/support/one_element.h"

#include <limits>

namespace landfall::frontend {

// output = min(max(input, min), max), bounds as attributes
static void clip_by_attributes(Node &node) {
  constexpr float largest = std::numeric_limits<float>::max();
  double low = node.float_attr("min", -largest);
  double high = node.float_attr("max", largest);
  unary_operator(
      node, [&](Scalar x) { return minimum(maximum(x, low), high); }, "input");
}

// output = min(max(input, min), max), bounds as optional operands
static void clip(Node &node) {
  Tensor input = node.input(0, "input");
  Tensor low = node.optional_input(1, "min");
  Tensor high = node.optional_input(2, "max");
  low = low ? one_element(node, low) : low;
  high = high ? one_element(node, high) : high;
  node.output(node.b().elementwise({input}, [&](std::span<const Scalar> e) {
    Scalar y = low ? maximum(e[0], low.at({})) : e[0];
    return high ? minimum(y, high.at({})) : y;
  }));
}

LANDFALL_ONNX(clip, {"Clip", 1, clip_by_attributes}, {"Clip", 11, clip})

} // namespace landfall::frontend
