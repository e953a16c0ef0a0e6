//===- varlen_causal_conv_with_state.cpp - Convolution of each sequence ---===//
//
// Part of Landfall, under the Apache License v2.0.
//
// CausalConvWithState of B sequences whose tokens [T, C] stand one after
// another, those of sequence b from cumulative_sequence_length[b] on; before
// them stands initial_state[b]. state_update[b] holds the first
// capture_count[b] tokens of the sequence, and zeros.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/causal_convolution.h"
#include "frontend/onnx/families/packed_sequences.h"

namespace landfall::frontend {

namespace {

struct PackedTimeline {
  PackedSequences sequences;
  Tensor x, initial; ///< [T, C], [B, C, history]

  /// Token t of a sequence, from -history on.
  Scalar at(Scalar sequence, Scalar channel, Scalar t) const {
    Scalar fresh = t >= 0, history = x.builder().scalar(initial.dim(2));
    Scalar before[] = {sequence, channel, t + history};
    Scalar here[] = {sequences.start(sequence) + t, channel};
    Scalar zero = x.builder().literal(x.dtype(), 0);
    return select(fresh, x.at_or(here, fresh, zero),
                  initial.at_or(before, logical_not(fresh), zero));
  }
};

} // namespace

static void varlen_causal_conv_with_state(Node &node) {
  Builder &b = node.b();
  if (node.has_input(6) || node.has_input(7))
    node.unsupported("VarlenCausalConvWithState with kernel_delta, which only "
                     "a GPU's kernel knows");
  Tensor x = node.input(0, "input", 2), weight = node.input(1, "weight", 3);
  Tensor bias = node.optional_input(3, "bias", 1);
  Size tokens = x.dim(0), channels = x.dim(1);
  PackedTimeline line{
      sequences_ending_at(node, node.input(2, "cumulative_sequence_length", 1),
                          "cumulative_sequence_length", tokens),
      x, node.input(4, "initial_state", 3)};
  const PackedSequences &sequences = line.sequences;
  int64_t dilation = node.int_attr("dilation", 1);
  node.expect(dilation > 0, "dilation must be positive");
  check_causal_weights(node, weight, bias, channels);
  Size history = (weight.dim(2) - 1) * dilation;
  Shape state = {sequences.batch, channels, history};
  for (int axis = 0; axis < 3; ++axis)
    require_equal(
        b, line.initial.dim(axis), state[axis],
        "initial_state must be [batch, channels, (k - 1) * dilation]");
  Tensor counts = captured_counts(node, 5, sequences);
  bool silu = ends_in_silu(node);
  node.output(0, b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar own = sequences.owners.at({p[0]});
    Scalar first = p[0] - sequences.start(own) - b.scalar(history);
    return causal_output(weight, bias, silu, x.dtype(), p[1], [&](Scalar tap) {
      return widen(line.at(own, p[1], first + tap * double(dilation)));
    });
  }));
  node.output(1, b.map(state, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar end = sequences.length(p[0]) - b.scalar(history);
    return line.at(p[0], p[1], end + p[2]);
  }));
  if (!node.wants_output(2))
    return;
  node.expect(bool(counts), "state_update needs state_update_capacity");
  Shape update = {sequences.batch, node.int_attr("state_update_capacity"),
                  channels};
  node.output(2, b.map(update, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar at[] = {sequences.start(p[0]) + p[1], p[2]};
    return x.at_or(at, p[1] < counts.at({p[0]}), b.literal(x.dtype(), 0));
  }));
}

LANDFALL_ONNX(varlen_causal_conv_with_state,
              {"VarlenCausalConvWithState", 1, varlen_causal_conv_with_state,
               "com.microsoft"})

} // namespace landfall::frontend
