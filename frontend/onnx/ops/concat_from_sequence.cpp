//===- concat_from_sequence.cpp - Joins a sequence ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/index_lists.h"
#include "ir/many_operands.h"

namespace landfall::frontend {
namespace {

/// x with a new dimension of extent 1 at `axis`.
Tensor with_unit(Builder &b, Tensor x, int axis) {
  return b.reshape(x, inserted(x.shape(), axis, Size(1)));
}

/// Joins one tensor after another; the first starts with nothing of itself.
Tensor joined_in_loop(Node &node, const Any &sequence, int axis,
                      bool new_axis) {
  Builder &b = node.b();
  auto element = [&](Tensor position) {
    Tensor x = sequence_at(b, sequence, position).tensor;
    return new_axis ? with_unit(b, x, axis) : x;
  };
  Tensor first = element(b.from_size(0));
  auto step = [&](const Builder::LoopState &state) {
    Tensor both[] = {state.carried[0].tensor, element(state.iteration)};
    return Builder::LoopStep{{}, {ir::concatenate(b, both, axis)}, {}};
  };
  return b
      .loop(sequence_length(b, sequence), {}, {slice_along(first, axis, 0, 0)},
            step)[0]
      .tensor;
}

// concat_result = the elements side by side along axis, a new one if new_axis
void concat_from_sequence(Node &node) {
  Builder &b = node.b();
  Any sequence = node.any_input(0, "input_sequence");
  bool new_axis = node.flag_attr("new_axis", false);
  Facts facts = facts_of(sequence);
  Facts inside = facts ? facts->element : nullptr;
  if (!inside || !inside->rank || !inside->dtype)
    node.unsupported("a sequence of tensors whose rank is not known");
  int axis = node.axis(node.int_attr("axis"), *inside->rank + new_axis);
  auto *elements = known_elements(sequence);
  if (!elements)
    return node.output(joined_in_loop(node, sequence, axis, new_axis));
  node.expect(!elements->empty(), "the sequence is empty");
  Tensors tensors;
  for (const Any &element : *elements)
    tensors.push_back(new_axis ? with_unit(b, element.tensor, axis)
                               : element.tensor);
  node.output(ir::concatenate(b, tensors, axis));
}

} // namespace

LANDFALL_ONNX(concat_from_sequence,
              {"ConcatFromSequence", 11, concat_from_sequence})

} // namespace landfall::frontend
