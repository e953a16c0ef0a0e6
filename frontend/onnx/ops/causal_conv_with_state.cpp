//===- causal_conv_with_state.cpp - ONNX CausalConvWithState --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With P = past_state (or zeros) followed by the input, along the last axis:
// output[b, c, t]        = act(bias[c] + sum over j of W[c, 0, j] * P[b, c,
// t+j]) present_state[b, c, :] = the last k - 1 elements of P[b, c, :]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/window.h"

namespace landfall::frontend {

namespace {

/// past_state followed by the input.
struct Extended {
  Builder &b;
  Tensor past; ///< May be absent.
  Tensor input;
  Size past_length;

  Scalar at(Scalar batch, Scalar channel, Scalar t) const {
    Scalar length = b.scalar(past_length);
    Scalar head[] = {batch, channel};
    Scalar zero = b.literal(input.dtype(), 0);
    Scalar before = t < length;
    Scalar fresh =
        Tap{{t - length}, logical_not(before)}.load(input, head, zero);
    if (!past)
      return fresh;
    return select(before, Tap{{t}, before}.load(past, head, zero), fresh);
  }
};

} // namespace

static void causal_conv_with_state(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input", 3), w = node.input(1, "weight", 3);
  Tensor bias = node.optional_input(2, "bias", 1);
  Tensor past = node.optional_input(3, "past_state", 3);
  std::string activation = node.string_attr("activation", "none");
  bool silu = activation == "silu" || activation == "swish";
  node.expect(silu || activation == "none",
              "activation \"" + activation + "\" is not known");
  require_equal(b, w.dim(0), x.dim(1), "weight needs one kernel a channel");
  require_equal(b, w.dim(1), 1, "weight must have an extent of 1 at axis 1");
  Size taps = w.dim(2);
  DType type = x.dtype(), compute = compute_type(type);
  if (bias)
    require_equal(b, bias.dim(0), x.dim(1), "bias needs one element a channel");
  if (past) {
    for (int axis : {0, 1})
      require_equal(b, past.dim(axis), x.dim(axis),
                    "past_state must have the input's batch and channels");
    require_equal(b, past.dim(2), taps - 1,
                  "past_state must hold one element less than the kernel");
  }
  Extended extended{b, past, x, taps - 1};

  node.output(0, b.map(x.shape(), type, [&](std::span<const Scalar> p) {
    Scalar total = sum(b, {taps}, compute, [&](std::span<const Scalar> j) {
      Scalar value = extended.at(p[0], p[1], p[2] + j[0]);
      Scalar weight = w.at({p[1], b.index(0), j[0]});
      return convert(value, compute) * convert(weight, compute);
    });
    if (bias)
      total = total + convert(bias.at({p[1]}), compute);
    if (!silu)
      return convert(total, type);
    Scalar rounded = convert(convert(total, type), compute);
    return convert(rounded * sigmoid(rounded), type);
  }));
  Shape state = {x.dim(0), x.dim(1), taps - 1};
  node.output(1, b.map(state, type, [&](std::span<const Scalar> p) {
    return extended.at(p[0], p[1], p[2] + b.scalar(x.dim(2)));
  }));
}

LANDFALL_ONNX(causal_conv_with_state,
              {"CausalConvWithState", 27, causal_conv_with_state})

} // namespace landfall::frontend
