//===- pow.cpp - Raises to a power ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::onnx {

// The type to compute in where base and exponent differ: wide enough for both.
static DType power_type(DType base, DType exponent) {
  if (base == exponent)
    return compute_type(base);
  if (is_integer(base) && is_integer(exponent))
    return DType::i64; // The low bits of a power do not depend on signs.
  return is_real(base) ? compute_type(base) : DType::f64;
}

// Z = X ^ Y, of X's type
static void pow(Node &node) {
  auto [x, y] = aligned_operands(node, "X", "Y");
  DType type = power_type(x.dtype(), y.dtype());
  DType result = x.dtype();
  node.output(node.b().elementwise({x, y}, [&](std::span<const Scalar> e) {
    return convert(pow(convert(e[0], type), convert(e[1], type)), result);
  }));
}

LANDFALL_ONNX(pow, {"Pow", 1, pow})

} // namespace landfall::onnx
