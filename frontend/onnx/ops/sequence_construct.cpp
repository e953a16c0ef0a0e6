//===- sequence_construct.cpp - A sequence of tensors -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output_sequence = [inputs...]
static void sequence_construct(Node &node) {
  std::vector<Any> elements;
  for (int k = 0; k < node.input_count(); ++k)
    elements.push_back(node.any_input(k, "inputs"));
  node.output(make_sequence(node.b(), elements));
}

LANDFALL_ONNX(sequence_construct, {"SequenceConstruct", 11, sequence_construct})

} // namespace landfall::frontend
