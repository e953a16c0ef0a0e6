//===- pow.cpp - Raises to a power ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"
#include "frontend/onnx/families/unary.h"

#include <cstring>

namespace landfall::frontend {

// The type to compute in where base and exponent differ: wide enough for both.
static DType power_type(DType base, DType exponent) {
  if (base == exponent)
    return compute_type(base);
  if (is_integer(base) && is_integer(exponent))
    return DType::i64; // The low bits of a power do not depend on signs.
  return is_real(base) ? compute_type(base) : DType::f64;
}

// The exponent if it is one known number that a product or two can do.
static int small_exponent(Node &node, Tensor y) {
  if (!node.constant_input(1) || y.element_count() != Size(1))
    return 0;
  auto data = node.b().constant_data(node.b().elementwise(
      {y}, [](std::span<const Scalar> e) { return cast(e[0], DType::f64); }));
  double value = 0;
  if (data)
    std::memcpy(&value, data->bytes.data.data(), sizeof value);
  return value == 1 || value == 2 || value == 3 ? static_cast<int>(value) : 0;
}

// Z = X ^ Y, of X's type
static void pow(Node &node) {
  auto [x, y] = aligned_operands(node, "X", "Y");
  int known = small_exponent(node, y);
  if (known && is_real(x.dtype()) && y.rank() <= x.rank())
    return unary_operator(node, [&](Scalar base) {
      return known == 1 ? base : known == 2 ? base * base : base * base * base;
    });
  DType type = power_type(x.dtype(), y.dtype());
  DType result = x.dtype();
  node.output(node.b().elementwise({x, y}, [&](std::span<const Scalar> e) {
    return convert(pow(convert(e[0], type), convert(e[1], type)), result);
  }));
}

LANDFALL_ONNX(pow, {"Pow", 1, pow})

} // namespace landfall::frontend
