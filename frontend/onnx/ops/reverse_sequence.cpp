//===- reverse_sequence.cpp - ReverseSequence -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

// Y[.., t, ..] = input[.., len - 1 - t, ..] where t < len =
// sequence_lens[batch], else input[.., t, ..]
static void reverse_sequence(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  Tensor lengths = node.input(1, "sequence_lens");
  int batch = node.axis(node.int_attr("batch_axis", 1), input.rank());
  int time = node.axis(node.int_attr("time_axis", 0), input.rank());
  node.expect(batch != time, "batch_axis and time_axis must differ");
  Tensor checked = checked_lengths(node, lengths, "sequence_lens",
                                   input.dim(batch), input.dim(time));
  node.output(
      b.map(input.shape(), input.dtype(), [&](std::span<const Scalar> at) {
        Scalar length = checked.at({at[batch]});
        Scalar t = select(at[time] < length, length - 1 - at[time], at[time]);
        return input.at(replaced(at, time, t));
      }));
}

LANDFALL_ONNX(reverse_sequence, {"ReverseSequence", 10, reverse_sequence})

} // namespace landfall::frontend
