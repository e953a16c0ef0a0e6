//===- group_normalization.cpp - Normalises channel groups ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/channel_order.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// y = scale (x - mean) / sqrt(variance + epsilon) + bias of x [N, C, ...],
/// with mean and variance over one group of a sample's channels. The callbacks
/// give scale and bias of (group, channel).
using Parameter = std::function<Scalar(Scalar group, Scalar channel)>;

Tensor normalize_groups(const Node &node, Tensor x, int64_t groups,
                        const Parameter &scale, const Parameter &bias) {
  node.expect(x.rank() >= 2, "X needs a batch and a channel dimension");
  node.expect(groups > 0, "the number of groups must be positive");
  Builder &b = node.b();
  Size in_group = floordiv(x.dim(1), groups);
  Shape shape = {x.dim(0), groups, in_group};
  shape.insert(shape.end(), x.shape().begin() + 2, x.shape().end());
  auto of_channel = [&](const Parameter &parameter) -> PointBody {
    return [&](std::span<const Scalar> i) {
      return parameter(i[1], i[1] * b.scalar(in_group) + i[2]);
    };
  };
  Tensor y = normalize_rows(Rows::from_axis(b.reshape(x, shape), 2),
                            node.float_attr("epsilon", 1e-5f),
                            of_channel(scale), of_channel(bias));
  return b.reshape(y, x.shape());
}

/// A list of one value a channel.
Parameter by_channel(const Node &node, int position, std::string_view name,
                     Tensor x) {
  Tensor values = node.input(position, name);
  require_list(node, values, name, x.dim(1));
  return [=](Scalar, Scalar channel) { return values.at({channel}); };
}

// Scale and bias have one value a channel, in opset 18 one a group.
void group_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  int64_t groups = node.int_attr("num_groups");
  auto parameter = [&](int position, std::string_view name) -> Parameter {
    if (node.version() >= 21)
      return by_channel(node, position, name, x);
    Tensor values = node.input(position, name);
    require_list(node, values, name, groups);
    return [=](Scalar group, Scalar) { return values.at({group}); };
  };
  node.output(normalize_groups(node, x, groups, parameter(1, "scale"),
                               parameter(2, "bias")));
}

/// x + skip + bias, where skip [N, C] or with spatial extents of 1 broadcasts.
Tensor skipped(const Node &node, Tensor x) {
  Builder &b = node.b();
  Tensor skip = node.input(3, "skip"), bias = node.optional_input(4, "bias");
  bool last = node.flag_attr("channels_last", true);
  node.expect(skip.rank() == 2 || skip.rank() == x.rank(),
              "skip must have rank 2 or that of X");
  if (skip.rank() == 2) {
    Shape shape(x.rank(), 1);
    shape.front() = skip.dim(0);
    shape[last ? x.rank() - 1 : 1] = skip.dim(1);
    skip = b.reshape(skip, shape);
  }
  require_broadcasts_to(node, skip, "skip", x);
  if (bias)
    require_list(node, bias, "bias", x.dim(last ? -1 : 1));
  return b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar total = widen(x.at(p)) + widen(b.broadcast_at(skip, p));
    if (bias)
      total = total + widen(bias.at({last ? p.back() : p[1]}));
    return convert(total, x.dtype());
  });
}

/// ONNX Runtime's, of x [N, spatial..., C] or [N, C, spatial...], with SiLU
/// behind it if `activation` says so.
void normalize_image(Node &node, Tensor x) {
  bool last = node.flag_attr("channels_last", true);
  Tensor image = last ? channels_second(x) : x;
  Tensor y = normalize_groups(node, image, node.int_attr("groups"),
                              by_channel(node, 1, "gamma", image),
                              by_channel(node, 2, "beta", image));
  if (node.int_attr("activation") == 1)
    y = node.b().elementwise({y}, [](std::span<const Scalar> e) {
      Scalar v = widen(e[0]);
      return convert(v * sigmoid(v), e[0].dtype());
    });
  node.output(0, last ? channels_last(y) : y);
}

void group_norm(Node &node) { normalize_image(node, real_input(node, 0, "X")); }

void skip_group_norm(Node &node) {
  Tensor sum = skipped(node, real_input(node, 0, "X"));
  if (node.wants_output(1))
    node.output(1, sum);
  normalize_image(node, sum);
}

} // namespace

LANDFALL_ONNX(group_normalization,
              {"GroupNormalization", 18, group_normalization},
              {"GroupNorm", 1, group_norm, "com.microsoft"},
              {"SkipGroupNorm", 1, skip_group_norm, "com.microsoft"})

} // namespace landfall::frontend
