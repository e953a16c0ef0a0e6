//===- sequence_insert.cpp - A sequence with one more element ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output_sequence = input_sequence with tensor before position (default: end)
static void insert(Node &node) {
  Facts sequence = facts_of(node.any_input(0, "input_sequence"));
  Facts tensor = facts_of(node.any_input(1, "tensor"));
  if (sequence && sequence->element && sequence->element->dtype && tensor &&
      tensor->dtype)
    node.expect(sequence->element->dtype == tensor->dtype,
                "'tensor' has another element type than the sequence");
  node.output(sequence_insert(node.b(), node.any_input(0, "input_sequence"),
                              node.any_input(1, "tensor"),
                              node.optional_input(2, "position")));
}

LANDFALL_ONNX(sequence_insert, {"SequenceInsert", 11, insert})

} // namespace landfall::frontend
