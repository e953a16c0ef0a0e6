//===- cosine_window.cpp - Window functions made of cosines -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cosine_window.h"

#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/one_element.h"

#include <numbers>

namespace landfall::frontend {

void cosine_window_operator(Node &node, double a0, double a1, double a2) {
  Size size = one_size(node, 0, "size");
  DType type = numeric_dtype(node, "output_datatype", DType::f32);
  DType real = type == DType::f64 ? DType::f64 : DType::f32;
  bool periodic = flag_unless_zero(node, "periodic", true);
  Builder &b = node.b();
  b.require(1 - less(size, 0), node.type() + " needs a size of at least 0");
  // At least one, so that a symmetric window of one element is defined.
  Size period = periodic ? size : max(size - 1, 1);
  node.output(b.map({max(size, 0)}, type, [&](std::span<const Scalar> i) {
    Scalar turn = cast(i[0], real) / cast(b.scalar(period), real);
    Scalar angle = turn * (2 * std::numbers::pi);
    Scalar value = a0 - a1 * cos(angle);
    if (a2 != 0)
      value = value + a2 * cos(2 * angle);
    return convert(value, type);
  }));
}

} // namespace landfall::frontend
