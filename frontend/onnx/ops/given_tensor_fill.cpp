//===- given_tensor_fill.cpp - Tensors of given values ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/filled_shape.h"

namespace landfall::frontend {

// X = `values` in the shape of filled_shape.h
static void given_tensor_fill(Node &node) {
  Tensor values =
      constant_table(node.b(), DType::f32, node.floats_attr("values"));
  node.output(node.b().reshape(values, filled_shape(node, "shape")));
}

LANDFALL_ONNX(given_tensor_fill, {"GivenTensorFill", 1, given_tensor_fill})

} // namespace landfall::frontend
