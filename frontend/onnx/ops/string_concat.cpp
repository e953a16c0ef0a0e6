//===- string_concat.cpp - Joins texts --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

// Z = X followed by Y, with broadcasting
static void string_concat(Node &node) {
  Tensor x = node.input(0, "X"), y = node.input(1, "Y");
  Shape shapes[] = {x.shape(), y.shape()};
  Any arguments[] = {x, y};
  Builder &b = node.b();
  node.output(host_tensor(b, BoxFunction::text_concat, arguments, DType::string,
                          b.broadcast_shapes(shapes)));
}

LANDFALL_ONNX(string_concat, {"StringConcat", 20, string_concat})

} // namespace landfall::frontend
