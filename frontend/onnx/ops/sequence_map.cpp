//===- sequence_map.cpp - A graph for each element of sequences -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {
namespace {

bool is_sequence(const Any &value) {
  return value.box &&
         (!value.box.facts || value.box.facts->kind == ValueKind::sequence);
}

/// The body's inputs for element `position`: of sequences the element, of
/// anything else all of it.
std::vector<Any> inputs_at(Builder &b, std::span<const Any> operands,
                           Tensor position) {
  std::vector<Any> inputs;
  for (const Any &operand : operands)
    inputs.push_back(is_sequence(operand) ? sequence_at(b, operand, position)
                                          : operand);
  return inputs;
}

/// Sequences of known length need no loop.
void unrolled(Node &node, const Graph &body, std::span<const Any> operands,
              size_t length) {
  Builder &b = node.b();
  std::vector<std::vector<Any>> results(node.body_output_count(body));
  for (size_t i = 0; i < length; ++i) {
    auto values =
        node.import_body(body, inputs_at(b, operands, b.from_size(i)));
    for (size_t k = 0; k < values.size(); ++k)
      results[k].push_back(values[k]);
  }
  for (size_t k = 0; k < results.size(); ++k)
    node.output(static_cast<int>(k), make_sequence(b, results[k]));
}

// out_sequence[i] = body(input_sequence[i], additional_inputs...[i])
void sequence_map(Node &node) {
  Builder &b = node.b();
  const Graph &body = node.graph_attr("body");
  std::vector<Any> operands;
  for (int k = 0; k < node.input_count(); ++k)
    operands.push_back(node.any_input(k, "input_sequence"));
  node.expect(is_sequence(operands[0]), "'input_sequence' must be a sequence");
  if (auto *elements = known_elements(operands[0]))
    return unrolled(node, body, operands, elements->size());
  std::vector<Any> empty(node.body_output_count(body),
                         make_empty_sequence(b, DType::f32));
  auto step = [&](const Builder::LoopState &state) {
    Builder::LoopStep result;
    std::vector<Any> values =
        node.import_body(body, inputs_at(b, operands, state.iteration));
    for (size_t k = 0; k < values.size(); ++k)
      result.carried.push_back(
          sequence_insert(b, state.carried[k], values[k], {}));
    return result;
  };
  std::vector<Any> results =
      b.loop(sequence_length(b, operands[0]), {}, empty, step);
  for (size_t k = 0; k < results.size(); ++k)
    node.output(static_cast<int>(k), results[k]);
}

} // namespace

LANDFALL_ONNX(sequence_map, {"SequenceMap", 17, sequence_map})

} // namespace landfall::frontend
