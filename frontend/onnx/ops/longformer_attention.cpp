//===- longformer_attention.cpp - Attention near by and to some tokens ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A token attends to the tokens that are at most `window` before or behind it
// and to all that are global, with Q, K, V = input weight + bias. A global
// token attends to all tokens, with Q, K, V = input global_weight +
// global_bias. Nothing attends to a token whose mask is negative.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// Whether the query at (batch, head, query, key) sees the key.
using Sees = std::function<Scalar(std::span<const Scalar> point)>;

/// [B, N, S, H] of the projection by the operands `weight` and the one after.
Tensor attend_by(const Node &node, Tensor input, int weight, const Sees &sees) {
  Builder &b = node.b();
  int64_t count = node.int_attr("num_heads");
  MatrixProduct product;
  product.a = input;
  product.b = node.input(weight, "the weights", 2);
  product.result = input.dtype();
  product.accumulator = compute_type(product.result);
  Tensor bias = node.input(weight + 1, "the bias", 1);
  require_list(node, bias, "the bias", product.b.dim(1));
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return sum + convert(bias.at({p.back()}), sum.dtype());
  };
  // [B, S, 3 N H]: all queries, then keys, then values.
  Heads all = heads_of_3d(b, matrix_product(b, product), count * 3);
  auto part = [&](int64_t which) {
    Heads heads = all;
    heads.heads = count;
    heads.at = [=, at = all.at](Scalar batch, Scalar head, Scalar s, Scalar d) {
      return at(batch, head + double(which * count), s, d);
    };
    return heads;
  };
  Heads q = part(0), k = part(1), v = part(2);
  DType compute = compute_type(q.dtype);
  Tensor scores = attention_scores(
      b, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        return select(sees(p), scaled_score(node, x, q.features),
                      lowest(b, compute));
      });
  Tensor weights = attention_softmax(b, scores, compute, q.dtype, {});
  return attention_values(b, weights, v, q.dtype);
}

} // namespace

static void longformer_attention(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input", 3), mask = node.input(3, "mask", 2);
  Tensor global = node.input(6, "global", 2);
  int64_t window = node.int_attr("window");
  node.expect(node.int_attr("num_heads") > 0 && window > 0,
              "num_heads and window must be positive");
  require_same_shape(node, mask, global, "mask and global");
  for (int axis : {0, 1})
    require_equal(b, mask.dim(axis), input.dim(axis),
                  "mask differs from input in batch or length");
  auto is_open = [&](std::span<const Scalar> p) {
    return mask.at({p[0], p[3]}) >= 0;
  };
  auto is_global = [&](Scalar batch, Scalar token) {
    return global.at({batch, token}) != 0;
  };
  Tensor near = attend_by(node, input, 1, [&](std::span<const Scalar> p) {
    Scalar distance = maximum(p[2] - p[3], p[3] - p[2]);
    return logical_and(is_open(p), logical_or(distance <= double(window),
                                              is_global(p[0], p[3])));
  });
  Tensor far = attend_by(node, input, 4, is_open);
  Tensor y = b.map(near.shape(), near.dtype(), [&](auto p) {
    return select(is_global(p[0], p[2]), far.at(p), near.at(p));
  });
  node.output(merge_heads(b, y));
}

LANDFALL_ONNX(longformer_attention,
              {"LongformerAttention", 1, longformer_attention, "com.microsoft"})

} // namespace landfall::frontend
