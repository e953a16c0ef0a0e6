//===- causal_conv_with_state.cpp - ONNX CausalConvWithState --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With P = past_state (or zeros) followed by the input, along time:
//   output[b, c, t]        = act(bias[c] + sum over j of W[c, 0, j] *
//                                P[b, c, t + j * dilation])
//   present_state[b, c, :] = the last (k - 1) * dilation elements of P[b, c, :]
// ONNX Runtime's operator may have the channels last, in any number of
// dimensions, and states with a leading dimension, state_window: those after
// each of the last positions, of which the last is continued.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/causal_convolution.h"
#include "frontend/onnx/families/window.h"

namespace landfall::frontend {

namespace {

/// A tensor [..., B, C, T], or [..., B, T, C] if the channels are last.
struct Timeline {
  Tensor x; ///< May be absent: zeros.
  bool channels_last;

  Size time() const { return x.dim(channels_last ? -2 : -1); }
  Size channels() const { return x.dim(channels_last ? -1 : -2); }
  Scalar at(Scalars before, Scalar channel, const Tap &time) const {
    before.push_back(channels_last ? time.indices[0] : channel);
    before.push_back(channels_last ? channel : time.indices[0]);
    return x.at_or(before, time.inside, x.builder().literal(x.dtype(), 0));
  }
};

struct CausalConv {
  Builder &b;
  Timeline input, past;
  Tensor weight, bias; ///< The bias may be absent.
  Size past_length;
  int64_t dilation, window;
  bool silu;

  /// past_state followed by the input.
  Scalar extended(Scalar batch, Scalar channel, Scalar t) const {
    Scalar length = b.scalar(past_length), before = t < length;
    Scalar fresh =
        input.at({batch}, channel, {{t - length}, logical_not(before)});
    if (!past.x)
      return fresh;
    Scalars state = {batch};
    if (window > 0)
      state.insert(state.begin(), b.index(window - 1));
    return select(before, past.at(state, channel, {{t}, before}), fresh);
  }

  Scalar output(Scalar batch, Scalar channel, Scalar t) const {
    DType compute = compute_type(input.x.dtype());
    return causal_output(
        weight, bias, silu, input.x.dtype(), channel, [&](Scalar tap) {
          Scalar at = t + tap * double(dilation);
          return convert(extended(batch, channel, at), compute);
        });
  }

  /// {channel, time} of the last two indices.
  std::pair<Scalar, Scalar> place(std::span<const Scalar> p) const {
    Scalar first = p[p.size() - 2], second = p.back();
    return input.channels_last ? std::pair(second, first)
                               : std::pair(first, second);
  }
  Tensor outputs() const;
  Tensor present() const;
};

Tensor CausalConv::outputs() const {
  return b.map(input.x.shape(), input.x.dtype(), [&](auto p) {
    auto [channel, t] = place(p);
    return output(p[0], channel, t);
  });
}

Tensor CausalConv::present() const {
  Shape shape = {input.x.dim(0), input.channels(), past_length};
  if (input.channels_last)
    std::swap(shape[1], shape[2]);
  if (window > 0)
    shape.insert(shape.begin(), Size(window));
  return b.map(shape, input.x.dtype(), [&](std::span<const Scalar> p) {
    auto [channel, t] = place(p);
    Scalar end = b.scalar(input.time());
    if (window == 0)
      return extended(p[0], channel, t + end);
    Scalar count = end - double(window - 1) + p[0], some = count > 0;
    return b.branch(
        some, [&] { return Scalars{extended(p[1], channel, t + count)}; },
        [&] { return Scalars{b.literal(input.x.dtype(), 0)}; })[0];
  });
}

/// x with all dimensions from `first` on as one.
Tensor flattened(Builder &b, Tensor x, int first) {
  Shape shape(x.shape().begin(), x.shape().begin() + first);
  Size rest = 1;
  for (int d = first; d < x.rank(); ++d)
    rest = rest * x.dim(d);
  shape.push_back(rest);
  return b.reshape(x, shape);
}

void refuse_what_others_have(const Node &node) {
  if (node.int_attr("ndim", 1) != 1)
    node.unsupported("CausalConvWithState of more than one spatial dimension");
  if (node.int_attr("state_update_capacity", 0) != 0 ||
      node.int_attr("state_length", 0) != 0 ||
      node.int_attr("input_channels", 0) != 0 ||
      node.int_attr("input_channel_offset", 0) != 0 ||
      node.int_attr("state_channels_last", -1) >= 0)
    node.unsupported("CausalConvWithState with attributes that only a GPU's "
                     "kernel knows");
}

} // namespace

static void causal_conv_with_state(Node &node) {
  Builder &b = node.b();
  refuse_what_others_have(node);
  bool last = node.flag_attr("channels_last", false);
  int window = node.count(node.int_attr("state_window", 0), "state_window", 0,
                          INT32_MAX);
  int64_t dilation = node.int_attr("dilation", 1);
  node.expect(dilation > 0, "dilation must be positive");
  Tensor x = last ? node.input(0, "input") : node.input(0, "input", 3);
  node.expect(x.rank() >= 3, "input must have rank 3 or more");
  Tensor w = node.input(1, "weight", 3);
  Tensor past = node.optional_input(3, "past_state");
  int lead = window > 0 ? 1 : 0;
  node.expect(!past || past.rank() == x.rank() + lead,
              "past_state does not have the rank that belongs to input");
  Shape given = x.shape();
  if (last) {
    x = flattened(b, x, 2);
    past = past ? flattened(b, past, 2 + lead) : past;
  }
  Size length = (w.dim(2) - 1) * dilation;
  CausalConv conv{b,
                  {x, last},
                  {past, last},
                  w,
                  node.optional_input(2, "bias", 1),
                  length,
                  dilation,
                  window,
                  ends_in_silu(node)};
  check_causal_weights(node, w, conv.bias, conv.input.channels());
  if (past) {
    require_equal(b, conv.past.time(), length,
                  "past_state must hold (k - 1) * dilation positions");
    require_equal(b, past.dim(lead), x.dim(0),
                  "past_state must have the input's batch");
    require_equal(b, conv.past.channels(), conv.input.channels(),
                  "past_state must have the input's channels");
  }
  if (past && window > 0)
    require_equal(b, past.dim(0), window,
                  "past_state must have state_window states");
  node.output(0, b.reshape(conv.outputs(), given));
  Tensor present = conv.present();
  if (last) {
    Shape shape(present.shape().begin(), present.shape().end() - 1);
    shape.insert(shape.end(), given.begin() + 2, given.end());
    present = b.reshape(present, shape);
  }
  node.output(1, present);
}

LANDFALL_ONNX(causal_conv_with_state,
              {"CausalConvWithState", 27, causal_conv_with_state},
              {"CausalConvWithState", 1, causal_conv_with_state,
               "com.microsoft"})

} // namespace landfall::frontend
