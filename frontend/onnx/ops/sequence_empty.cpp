//===- sequence_empty.cpp - A sequence without elements ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output = []
static void sequence_empty(Node &node) {
  node.output(
      make_empty_sequence(node.b(), node.dtype_attr("dtype", DType::f32)));
}

LANDFALL_ONNX(sequence_empty, {"SequenceEmpty", 11, sequence_empty})

} // namespace landfall::frontend
