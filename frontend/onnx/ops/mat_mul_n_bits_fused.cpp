//===- mat_mul_n_bits_fused.cpp - Projections of one normalised tensor ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With N = A, or A's RMS norm, or that of A + skip, and MatMulNBits of its
// attributes (zero points in the middle):
//   MatMulNBitsMlp: Y = activation(N gate + gate_bias) * (N up + up_bias)
//   MatMulNBitsQkv: Q, K, V = N times each one's weights (+ bias)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/n_bits_product.h"
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/skipped_sum.h"

namespace landfall::frontend {

namespace {

/// N; the sum that was normalised is output number `sum_output`.
Tensor normalized(Node &node, double epsilon, int sum_output) {
  Tensor x = node.input(0, "A"), skip = node.optional_input(1, "skip");
  Tensor scale = node.optional_input(2, "norm_scale", 1);
  node.expect(scale || !skip, "skip needs norm_scale");
  if (skip)
    x = skipped_sum(node, x, skip, {});
  if (node.wants_output(sum_output)) {
    node.expect(bool(skip), "input_skip_bias_sum needs skip");
    node.output(sum_output, x);
  }
  if (!scale)
    return x;
  node.expect(x.rank() >= 1, "A needs a dimension");
  return rms_normalize_rows(
      Rows::from_axis(x, x.rank() - 1), node.float_attr("epsilon", epsilon),
      broadcast_parameter(node, scale, "norm_scale", x), x.dtype());
}

/// x times the weights at `position`, whose scales and bias follow.
Tensor projected(const Node &node, Tensor x, int position, int64_t rows) {
  NBitsProduct product{node.input(position, "weights"),
                       node.input(position + 1, "scales"),
                       rows,
                       node.int_attr("K"),
                       node.int_attr("bits", 4),
                       node.int_attr("block_size")};
  product.accuracy = node.int_attr("accuracy_level", 0);
  product.bias = node.optional_input(position + 2, "bias", 1);
  return n_bits_product(node, x, product);
}

void gated(Node &node) {
  Builder &b = node.b();
  std::string activation = node.string_attr("activation");
  if (activation != "silu" && activation != "swish")
    node.unsupported("the activation \"" + activation + "\"");
  Tensor x = normalized(node, 1e-5f, 1);
  int64_t rows = node.int_attr("N");
  Tensor gate = projected(node, x, 3, rows), up = projected(node, x, 6, rows);
  node.output(0, b.elementwise({gate, up}, [&](std::span<const Scalar> e) {
    Scalar g = widen(e[0]);
    return convert(g * sigmoid(g) * widen(e[1]), x.dtype());
  }));
}

void query_key_value(Node &node) {
  Tensor x = normalized(node, 1e-6f, 3);
  int64_t queries = node.int_attr("Nq"), others = node.int_attr("Nkv");
  for (int k = 0; k < 3; ++k)
    node.output(k, projected(node, x, 3 + 3 * k, k == 0 ? queries : others));
}

} // namespace

LANDFALL_ONNX(mat_mul_n_bits_fused,
              {"MatMulNBitsMlp", 1, gated, "com.microsoft"},
              {"MatMulNBitsQkv", 1, query_key_value, "com.microsoft"})

} // namespace landfall::frontend
