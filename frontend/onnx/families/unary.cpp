//===- unary.cpp - One operand, element by element --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

void unary_operator(Node &node, const std::function<Scalar(Scalar)> &f,
                    std::string_view name) {
  Tensor x = real_input(node, 0, name);
  node.output(node.b().elementwise({x}, [&](std::span<const Scalar> e) {
    return convert(f(widen(e[0])), x.dtype());
  }));
}

void predicate_operator(Node &node, const std::function<Scalar(Scalar)> &f) {
  Tensor x = real_input(node, 0, "X");
  node.output(node.b().elementwise(
      {x}, [&](std::span<const Scalar> e) { return f(widen(e[0])); }));
}

Scalar softplus_of(Scalar x) {
  // log(1 + e), corrected for what rounding 1 + e lost.
  Scalar e = exp(-abs(x));
  Scalar u = 1 + e;
  return maximum(x, 0) + (log(u) + (e - (u - 1)) / u);
}

} // namespace landfall::frontend
