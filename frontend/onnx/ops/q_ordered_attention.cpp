//===- q_ordered_attention.cpp - ONNX Runtime QOrderedAttention -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Attention of which every product is of int8 numbers and stored as such:
// Q = q(input Q_weight + Q_bias; scale_Q_gemm), K and V alike, scores = q(Q
// K^T; scale_QKT_gemm), shares = q(softmax(scores / sqrt(head size) + mask);
// scale_QKT_softmax), output = q(shares V; scale_values_gemm), where q(x; s) =
// saturate(round(x / s)) of the real x.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_order.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

struct OrderedAttention {
  Node &node;
  Builder &b;
  Tensor input, input_scale;

  Tensor scale(int position, std::string_view name) const {
    return one_element(node, node.input(position, name));
  }
  Heads projected(int which) const;
  Tensor scores(const Heads &q, const Heads &k) const;
  Tensor shares(Tensor scores, const Heads &q, const Heads &k) const;
  Tensor values(Tensor shares, const Heads &v) const;
};

/// Queries (0), keys (1) or values (2).
Heads OrderedAttention::projected(int which) const {
  Tensor weight = node.input(5 + which, "the weights", 2);
  Tensor weight_scale = node.input(8 + which, "the weights' scale");
  Tensor bias = node.input(11 + which, "the bias", 1);
  Tensor result_scale = scale(2 + which, "the product's scale");
  require_list(node, bias, "the bias", weight.dim(1));
  MatrixProduct product;
  product.a = input;
  product.b = swapped(node, weight, matrix_order(node, "order_weight", -1));
  product.transpose_b = true;
  product.accumulator = DType::i32;
  product.result = DType::i8;
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    Scalar factor = input_scale.at({}) * b.broadcast_at(weight_scale, p);
    Scalar y = cast(sum, DType::f32) * factor + bias.at({p.back()});
    return quantized(y / result_scale.at({}), DType::i8);
  };
  Heads heads =
      heads_of_3d(b, matrix_product(b, product), node.int_attr("num_heads"));
  heads.dtype = DType::i32; // What products with them are summed in.
  return heads;
}

/// [B, N, S, S], int8.
Tensor OrderedAttention::scores(const Heads &q, const Heads &k) const {
  Tensor q_scale = scale(2, "scale_Q_gemm"), k_scale = scale(3, "scale_K_gemm");
  Tensor own = scale(14, "scale_QKT_gemm");
  return attention_scores(
      b, q, k, DType::i8, [&](std::span<const Scalar>, Scalar sum) {
        Scalar factor = q_scale.at({}) * k_scale.at({}) / own.at({});
        return quantized(cast(sum, DType::f32) * factor, DType::i8);
      });
}

/// [B, N, S, S], int8.
Tensor OrderedAttention::shares(Tensor scores, const Heads &q,
                                const Heads &k) const {
  Tensor score_scale = scale(14, "scale_QKT_gemm");
  Tensor own = scale(15, "scale_QKT_softmax");
  ScoreOffsets offsets(node, node.optional_input(17, "mask_index"), {}, q, k, 0,
                       node.flag_attr("unidirectional", false));
  Tensor real =
      b.map(scores.shape(), DType::f32, [&](std::span<const Scalar> p) {
        Scalar x = cast(scores.at(p), DType::f32) * score_scale.at({});
        return offsets.apply(p, scaled_score(node, x, q.features));
      });
  Tensor weights = attention_softmax(b, real, DType::f32, DType::f32, {});
  return b.elementwise({weights}, [&](std::span<const Scalar> e) {
    return quantized(e[0] / own.at({}), DType::i8);
  });
}

/// [B, S, N * H], int8.
Tensor OrderedAttention::values(Tensor shares, const Heads &v) const {
  Tensor share_scale = scale(15, "scale_QKT_softmax");
  Tensor v_scale = scale(4, "scale_V_gemm"), own = scale(16, "the scale");
  Tensor sums = attention_values(b, shares, v, DType::i32);
  return merge_heads(b, b.elementwise({sums}, [&](std::span<const Scalar> e) {
    Scalar factor = share_scale.at({}) * v_scale.at({}) / own.at({});
    return quantized(cast(e[0], DType::f32) * factor, DType::i8);
  }));
}

} // namespace

static void q_ordered_attention(Node &node) {
  if (node.has_input(18) || node.has_input(19))
    node.unsupported("QOrderedAttention with past or attention_bias");
  OrderedAttention attention{node, node.b(),
                             by_rows(node, node.input(0, "input", 3),
                                     matrix_order(node, "order_input", -1)),
                             one_element(node, node.input(1, "scale_input"))};
  Heads q = attention.projected(0), k = attention.projected(1);
  Tensor shares = attention.shares(attention.scores(q, k), q, k);
  Tensor y = attention.values(shares, attention.projected(2));
  node.output(in_order(node, y, matrix_order(node, "order_output", -1)));
}

LANDFALL_ONNX(q_ordered_attention,
              {"QOrderedAttention", 1, q_ordered_attention, "com.microsoft"})

} // namespace landfall::frontend
