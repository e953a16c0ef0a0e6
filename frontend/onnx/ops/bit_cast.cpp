//===- bit_cast.cpp - The same bits as another type -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output = the bits of input, read as type `to`. A truth value is one byte.
static void bit_cast(Node &node) {
  Tensor input = node.input(0, "input");
  DType from = input.dtype(), to = node.dtype_attr("to", from);
  auto width = [](DType t) { return t == DType::boolean ? 8 : info(t).bits; };
  node.expect(width(from) == width(to),
              "`to` must be a type of the same width as the input's");
  if (width(from) < 8 || info(from).kind == DTypeKind::complex ||
      info(to).kind == DTypeKind::complex)
    node.unsupported("BitCast of sub-byte and complex types");
  node.output(node.b().elementwise({input}, [&](std::span<const Scalar> e) {
    DType middle = to == DType::boolean ? DType::u8 : to;
    Scalar bits = from == DType::boolean ? cast(e[0], DType::u8) : e[0];
    bits = bits.dtype() == middle ? bits : bitcast(bits, middle);
    return to == DType::boolean ? bits != 0 : bits;
  }));
}

LANDFALL_ONNX(bit_cast, {"BitCast", 26, bit_cast})

} // namespace landfall::frontend
