//===- split_to_sequence.cpp - SplitToSequence ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/loose_flags.h"

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
  auto step = [&](const Builder::LoopState &state) {
    Size offset = b.read(state.iteration, 0, {0, INT64_MAX}) * part;
    Size size = min(part, max(extent - offset, 0));
    Any piece = keep_axis ? slice_along(input, axis, offset, size)
                          : pick_along(input, axis, offset);
    return Builder::LoopStep{
        {}, {sequence_insert(b, state.carried[0], piece, {})}, {}};
  };
  return b.loop(b.from_size(ceildiv(extent, max(part, 1))), {},
                {make_empty_sequence(b, input.dtype())}, step)[0];
}

/// Pieces of the sizes in a list whose length only the run knows.
Any sized_pieces_in_loop(Node &node, Tensor input, int axis, Tensor sizes) {
  Builder &b = node.b();
  auto step = [&](const Builder::LoopState &state) {
    Tensor here = b.map({}, DType::i64, [&](std::span<const Scalar>) {
      return cast(sizes.at({state.iteration.at(Scalars())}), DType::i64);
    });
    std::string legal = "SplitToSequence needs sizes of at least 0 that sum to "
                        "the extent of the axis";
    Size offset = b.read(state.carried[1].tensor, 0, {0, INT64_MAX});
    Size size = b.read_required(here, 0, {0, INT64_MAX}, legal);
    b.require(1 - less(input.dim(axis), offset + size), legal);
    Any piece = slice_along(input, axis, offset, size);
    return Builder::LoopStep{{},
                             {sequence_insert(b, state.carried[0], piece, {}),
                              b.from_size(offset + size)},
                             {}};
  };
  std::vector<Any> results =
      b.loop(b.from_size(sizes.dim(0)), {},
             {make_empty_sequence(b, input.dtype()), b.from_size(0)}, step);
  b.require(equal(b.read(results[1].tensor, 0), input.dim(axis)),
            "SplitToSequence sizes must sum to the extent of the axis");
  return results[0];
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
    return node.output(equal_pieces(node, input, axis, 1,
                                    flag_unless_zero(node, "keepdims", true)));
  Tensor split = node.input(1, "split", 0, 1);
  if (!split.element_count().is_constant())
    return node.output(sized_pieces_in_loop(node, input, axis, split));
  std::vector<Size> sizes = node.input_sizes(1, "split");
  if (split.rank() == 0)
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
