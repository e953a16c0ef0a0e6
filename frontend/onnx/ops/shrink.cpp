//===- shrink.cpp - Cuts a band around zero out -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output = input + bias if input < -lambd, input - bias if input > lambd, else
// 0
static void shrink(Node &node) {
  Tensor input = node.input(0, "input");
  double bias = node.float_attr("bias", 0);
  double lambd = node.float_attr("lambd", 0.5f);
  DType type = real_compute_type(input.dtype());
  node.output(node.b().elementwise({input}, [&](std::span<const Scalar> e) {
    Scalar x = convert(e[0], type);
    Scalar inside = select(x > lambd, x - bias, node.b().literal(type, 0));
    return convert(select(x < -lambd, x + bias, inside), input.dtype());
  }));
}

LANDFALL_ONNX(shrink, {"Shrink", 9, shrink})

} // namespace landfall::frontend
