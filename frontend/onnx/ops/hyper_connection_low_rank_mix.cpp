//===- hyper_connection_low_rank_mix.cpp - Streams through a low rank -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With S = streams [..., C * H] (+ prev_post_gate[..., c] *
// prev_block_output[..., h]), each step rounded to their type:
//   N = S / sqrt(mean of S^2 over h + epsilon) * norm_scale
//   Z = silu_alpha * (N down_weight),  g = sigmoid((Z sigmoid(Z)) up_weight)
//   pre_output[..., h] = reduction_scale * sum over c of N * g
//   post_gate = sigmoid(N inject_weight / gate_div) * gate_mul
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/groups.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

Tensor product_of(const Node &node, Tensor a, int position,
                  std::string_view name) {
  DType type = a.dtype();
  return matrix_product(node.b(), {a, node.input(position, name, 2), false,
                                   false, compute_type(type), type});
}

/// f(x), computed widely and rounded.
Tensor rounded(Tensor x, const std::function<Scalar(Scalar)> &f) {
  return x.builder().elementwise({x}, [&](std::span<const Scalar> e) {
    return convert(f(widen(e[0])), x.dtype());
  });
}

/// S as [..., C, H].
Tensor mixed_streams(const Node &node, Tensor streams) {
  Builder &b = node.b();
  Tensor block = node.optional_input(5, "prev_block_output");
  Tensor gate = node.optional_input(6, "prev_post_gate");
  node.expect(bool(block) == bool(gate),
              "prev_block_output and prev_post_gate belong together");
  if (!block)
    return streams;
  int rank = streams.rank();
  Shape without_branch = removed(streams.shape(), rank - 2);
  Shape without_feature = sublist(streams.shape(), 0, rank - 1);
  for (auto [given, shape] :
       {std::pair(block, without_branch), {gate, without_feature}}) {
    node.expect(given.rank() == rank - 1, "the block before has another rank");
    for (int d = 0; d < given.rank(); ++d)
      require_equal(b, given.dim(d), shape[d],
                    "the block before does not fit the streams");
  }
  return b.map(streams.shape(), streams.dtype(), [&](auto p) {
    Scalar fresh = widen(gate.at(p.first(rank - 1))) *
                   widen(block.at(removed(p, rank - 2)));
    return convert(widen(streams.at(p)) + fresh, streams.dtype());
  });
}

} // namespace

static void hyper_connection_low_rank_mix(Node &node) {
  Builder &b = node.b();
  Tensor given = node.input(0, "streams"), scale = node.input(1, "norm_scale");
  node.expect(node.int_attr("num_branches") > 0,
              "num_branches must be positive");
  Tensor s = mixed_streams(node, in_branches(node, given, "streams"));
  DType type = s.dtype();
  int branch = s.rank() - 2;
  require_list(node, scale, "norm_scale", given.dim(-1));
  Tensor scales = b.reshape(scale, {s.dim(branch), s.dim(-1)});
  Tensor n = rms_normalize_rows(
      Rows::from_axis(s, s.rank() - 1), node.float_attr("epsilon", 1e-5f),
      broadcast_parameter(node, scales, "norm_scale", s), type);
  Tensor flat = b.reshape(n, given.shape());
  double alpha = node.float_attr("silu_alpha", 1);
  Tensor z = rounded(product_of(node, flat, 2, "down_weight"),
                     [&](Scalar x) { return x * alpha; });
  Tensor share = rounded(z, [](Scalar x) { return sigmoid(x); });
  Tensor hidden = b.elementwise({z, share}, [&](std::span<const Scalar> e) {
    return convert(widen(e[0]) * widen(e[1]), type);
  });
  Tensor gates = rounded(product_of(node, hidden, 3, "up_weight"),
                         [](Scalar x) { return sigmoid(x); });
  require_same_shape(node, gates, flat, "up_weight's product and streams");
  gates = b.reshape(gates, s.shape());
  double factor = node.float_attr("reduction_scale", 1);
  node.output(0, b.map(removed(s.shape(), branch), type, [&](auto p) {
    Scalar total =
        sum(b, {s.dim(branch)}, DType::f32, [&](std::span<const Scalar> c) {
          Scalars at = inserted(p, branch, c[0]);
          return widen(n.at(at)) * widen(gates.at(at));
        });
    return convert(total * factor, type);
  }));
  double divisor = node.float_attr("gate_div", 1);
  double times = node.float_attr("gate_mul", 1);
  Tensor logits = rounded(product_of(node, flat, 4, "inject_weight"),
                          [&](Scalar x) { return x / divisor; });
  Tensor opened = rounded(logits, [](Scalar x) { return sigmoid(x); });
  node.output(1, rounded(opened, [&](Scalar x) { return x * times; }));
  node.output(2, b.reshape(s, given.shape()));
}

LANDFALL_ONNX(hyper_connection_low_rank_mix,
              {"HyperConnectionLowRankMix", 1, hyper_connection_low_rank_mix,
               "com.microsoft"})

} // namespace landfall::frontend
