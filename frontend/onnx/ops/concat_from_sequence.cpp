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

/// The tensor at a position of a sequence whose tensors have this rank.
Tensor element_at(Builder &b, const Any &sequence, Tensor position, DType dtype,
                  int rank) {
  Any element = sequence_at(b, sequence, position);
  return element.box ? b.unboxed(element.box, dtype, rank) : element.tensor;
}

/// Joins one tensor after another, `first` being that at position 0.
Tensor joined_in_loop(Node &node, const Any &sequence, Tensor first, int axis,
                      bool new_axis) {
  Builder &b = node.b();
  auto step = [&](const Builder::LoopState &state) {
    Tensor next = element_at(b, sequence, state.iteration, first.dtype(),
                             first.rank() - new_axis);
    Tensor both[] = {state.carried[0].tensor,
                     new_axis ? with_unit(b, next, axis) : next};
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
  auto *elements = known_elements(sequence);
  node.expect(!elements || !elements->empty(), "the sequence is empty");
  Any first =
      elements ? elements->front() : sequence_at(b, sequence, b.from_size(0));
  Tensors tensors = {node.tensor_in(first, "an element of the sequence")};
  int rank = tensors[0].rank();
  int axis = node.axis(node.int_attr("axis"), rank + new_axis);
  for (size_t k = 1; elements && k < elements->size(); ++k)
    tensors.push_back(
        node.tensor_in((*elements)[k], "an element of the sequence"));
  for (Tensor &tensor : tensors) {
    node.expect(tensor.rank() == rank,
                "the sequence's elements differ in rank");
    if (new_axis)
      tensor = with_unit(b, tensor, axis);
  }
  node.output(elements
                  ? ir::concatenate(b, tensors, axis)
                  : joined_in_loop(node, sequence, tensors[0], axis, new_axis));
}

} // namespace

LANDFALL_ONNX(concat_from_sequence,
              {"ConcatFromSequence", 11, concat_from_sequence})

} // namespace landfall::frontend
