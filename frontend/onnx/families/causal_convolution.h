//===- causal_convolution.h - What follows the taps' sum --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// Whether the attribute `activation` of a causal convolution says SiLU.
inline bool ends_in_silu(const Node &node) {
  std::string activation = node.string_attr("activation", "none");
  bool silu = activation == "silu" || activation == "swish";
  node.expect(silu || activation == "none",
              "activation \"" + activation + "\" is not known");
  return silu;
}

/// Of the output element of a channel as `type`: the sum over the taps with
/// weight [C, 1, k], bias [C] (may be absent) and the activation.
/// element(tap) is in the compute type.
inline Scalar causal_output(Tensor weight, Tensor bias, bool silu, DType type,
                            Scalar channel,
                            const std::function<Scalar(Scalar tap)> &element) {
  Builder &b = weight.builder();
  DType compute = compute_type(type);
  Scalar total =
      sum(b, {weight.dim(2)}, compute, [&](std::span<const Scalar> j) {
        Scalar factor = weight.at({channel, b.index(0), j[0]});
        return element(j[0]) * convert(factor, compute);
      });
  if (bias)
    total = total + convert(bias.at({channel}), compute);
  if (!silu)
    return convert(total, type);
  Scalar rounded = convert(convert(total, type), compute);
  return convert(rounded * sigmoid(rounded), type);
}

/// Requires one kernel, and one bias if there are any, for each channel.
inline void check_causal_weights(const Node &node, Tensor weight, Tensor bias,
                                 Size channels) {
  Builder &b = node.b();
  require_equal(b, weight.dim(0), channels,
                "weight needs one kernel a channel");
  require_equal(b, weight.dim(1), 1,
                "weight must have an extent of 1 at axis 1");
  if (bias)
    require_equal(b, bias.dim(0), channels, "bias needs one element a channel");
}

} // namespace landfall::frontend
