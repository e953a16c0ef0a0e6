//===- sequence_erase.cpp - A sequence with one element less ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output_sequence = input_sequence without the element at position (default:
// the last)
static void erase(Node &node) {
  node.output(sequence_erase(node.b(), node.any_input(0, "input_sequence"),
                             node.optional_input(1, "position")));
}

LANDFALL_ONNX(sequence_erase, {"SequenceErase", 11, erase})

} // namespace landfall::frontend
