//===- concat.cpp - Tensors one after another -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

// concat_result = inputs side by side along axis
static void concat_along(Node &node, int64_t axis) {
  Tensors inputs = node.inputs();
  node.expect(!inputs.empty(), "at least one input is needed");
  node.output(
      ir::concatenate(node.b(), inputs, node.axis(axis, inputs[0].rank())));
}

static void concat_1(Node &node) {
  concat_along(node, node.int_attr("axis", 1));
}
static void concat(Node &node) { concat_along(node, node.int_attr("axis")); }

LANDFALL_ONNX(concat, {"Concat", 1, concat_1}, {"Concat", 4, concat})

} // namespace landfall::frontend
