//===- sequence_length.cpp - SequenceLength -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// length = number of elements
static void length(Node &node) {
  node.output(sequence_length(node.b(), node.any_input(0, "input_sequence")));
}

LANDFALL_ONNX(sequence_length, {"SequenceLength", 11, length})

} // namespace landfall::frontend
