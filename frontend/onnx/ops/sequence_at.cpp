//===- sequence_at.cpp - An element of a sequence ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// tensor = input_sequence[position]; negative positions count from the back
static void at(Node &node) {
  node.output(sequence_at(node.b(), node.any_input(0, "input_sequence"),
                          node.input(1, "position")));
}

LANDFALL_ONNX(sequence_at, {"SequenceAt", 11, at})

} // namespace landfall::frontend
