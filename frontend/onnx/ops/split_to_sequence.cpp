//===- split_to_sequence.cpp - SplitToSequence ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {
namespace {

/// Pieces whose number is known now.
std::vector<Any> pieces(Tensor input, int axis, std::span<const Size> sizes) {
  std::vector<Any> result;
  Size offset = 0;
  for (Size size : sizes) {
    result.push_back(slice_along(input, axis, offset, size));
    offset = offset + size;
  }
  return result;
}

/// Pieces of `part`, the last one smaller, as many as it takes.
Any pieces_in_loop(Builder &b, Tensor input, int axis, Size part,
                   bool keep_axis) {
  Size extent = input.dim(axis);
  Facts element;
  auto step = [&](const Builder::LoopState &state) {
    Size offset = b.read(state.iteration, 0, {0, INT64_MAX}) * part;
    Size size = min(part, max(extent - offset, 0));
    Any piece = keep_axis ? slice_along(input, axis, offset, size)
                          : pick_along(input, axis, offset);
    element = facts_of(piece);
    return Builder::LoopStep{
        {}, {sequence_insert(b, state.carried[0], piece, {})}, {}};
  };
  Any result = b.loop(b.from_size(ceildiv(extent, max(part, 1))), {},
                      {make_empty_sequence(b, input.dtype())}, step)[0];
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  facts.element = element;
  return with_facts(result, std::make_shared<BoxFacts>(facts));
}

/// Equal pieces; of extent 1 without their dimension if it is not kept.
Any equal_pieces(const Node &node, Tensor input, int axis, Size part,
                 bool keep_axis) {
  Builder &b = node.b();
  Size extent = input.dim(axis);
  b.require(less(0, part), "SplitToSequence needs pieces of at least 1");
  auto count = ceildiv(extent, max(part, 1)).constant();
  if (!count || *count > 64)
    return pieces_in_loop(b, input, axis, part, keep_axis);
  std::vector<Any> elements;
  for (int64_t k = 0; k < *count; ++k) {
    Size offset = k * part;
    elements.push_back(
        keep_axis ? slice_along(input, axis, offset, min(part, extent - offset))
                  : pick_along(input, axis, offset));
  }
  return make_sequence(b, elements);
}

// output_sequence = input cut along axis into pieces of extent split (a scalar:
// all alike; absent: 1, without the dimension unless keepdims)
void split_to_sequence(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  int axis = node.axis(node.int_attr("axis", 0), input.rank());
  if (!node.has_input(1))
    return node.output(
        equal_pieces(node, input, axis, 1, node.flag_attr("keepdims", true)));
  std::vector<Size> sizes = node.input_sizes(1, "split");
  if (node.input(1, "split").rank() == 0)
    return node.output(equal_pieces(node, input, axis, sizes[0], true));
  Size total = 0;
  for (Size size : sizes) {
    total = total + size;
    b.require(1 - less(size, 0), "SplitToSequence needs sizes of at least 0");
  }
  b.require(equal(total, input.dim(axis)),
            "SplitToSequence sizes must sum to the extent of the axis");
  node.output(make_sequence(b, pieces(input, axis, sizes)));
}

} // namespace

LANDFALL_ONNX(split_to_sequence, {"SplitToSequence", 11, split_to_sequence})

} // namespace landfall::frontend
