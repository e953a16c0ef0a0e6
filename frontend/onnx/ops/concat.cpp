//===- concat.cpp - Tensors one after another -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

// concat_result = inputs side by side along axis
static void concat(Node &node) {
  Tensors inputs = node.inputs();
  node.expect(!inputs.empty(), "at least one input is needed");
  int axis = node.axis(node.int_attr("axis"), inputs[0].rank());
  node.output(ir::concatenate(node.b(), inputs, axis));
}

LANDFALL_ONNX(concat, {"Concat", 4, concat})

} // namespace landfall::frontend
