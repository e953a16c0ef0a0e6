//===- compute_type.cpp - The precision operators compute in ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

Tensor real_input(const Node &node, int position, std::string_view name) {
  Tensor x = node.input(position, name);
  node.expect(is_real(x.dtype()),
              "operand " + std::string(name) +
                  " must have a floating-point type; it is " +
                  std::string(landfall::name(x.dtype())));
  return x;
}

DType numeric_dtype(const Node &node, std::string_view name, DType otherwise) {
  DType type = node.dtype_attr(name, otherwise);
  DTypeKind kind = info(type).kind;
  node.expect(kind != DTypeKind::complex && kind != DTypeKind::text,
              "`" + std::string(name) + "` must be a type of real numbers");
  return type;
}

DType real_dtype(const Node &node, std::string_view name, DType otherwise) {
  DType type = node.dtype_attr(name, otherwise);
  node.expect(is_real(type),
              "`" + std::string(name) + "` must be a floating-point type");
  return type;
}

} // namespace landfall::frontend
