//===- attention_microsoft.cpp - ONNX Runtime's Attention -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Q, K, V = input * weights + bias, split by columns; then for each head
// softmax(Q K^T * scale + mask) V. mask_index holds lengths, or a key mask
// (0: masked) of rank 2 to 4. Masked keys get mask_filter_value; keys after the
// query, if unidirectional, the lowest finite value. past and present stack
// keys and values: [2, B, N, T, H].
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"
#include "frontend/onnx/families/matrix_product.h"

#include <cmath>

namespace landfall::frontend {

namespace {

struct Masks {
  Builder &b;
  Tensor mask; ///< mask_index, absent if it masks nothing.
  Tensor bias; ///< attention_bias, broadcasts to [B, N, S, T].
  Size batch, heads, length, past, total;
  double filter;
  bool causal;

  /// Whether mask_index forbids the key at point (batch, head, query, key).
  Scalar forbidden(std::span<const Scalar> p) const {
    if (mask.rank() == 1) {
      Scalar late = p[3] >= convert(mask.at({p[0]}), DType::i64);
      if (mask.dim(0) != batch * 2)
        return late;
      Scalar start = mask.at({p[0] + b.scalar(batch)});
      return logical_or(late, p[3] < convert(start, DType::i64));
    }
    Scalar row = broadcast_index(b, mask.dim(0), batch, p[0]);
    if (mask.rank() == 2)
      return mask.at({row, p[3]}) <= 0;
    if (mask.rank() == 3)
      return mask.at({row, p[2], p[3]}) <= 0;
    return mask.at({row, b.index(0), p[2] + b.scalar(past), p[3]}) <= 0;
  }

  Scalar apply(std::span<const Scalar> p, Scalar score) const {
    DType type = score.dtype();
    if (bias) {
      Size extents[] = {batch, heads, length, total};
      Scalars at;
      for (int i = 0; i < 4; ++i)
        at.push_back(broadcast_index(b, bias.dim(i), extents[i], p[i]));
      score = score + convert(bias.at(at), type);
    }
    Scalar offset;
    if (mask)
      offset =
          select(forbidden(p), b.literal(type, filter), b.literal(type, 0));
    if (causal) {
      Scalar open = offset ? offset : b.literal(type, 0);
      Scalar late = p[3] > p[2] + b.scalar(past);
      offset = select(late, b.literal(type, -3.4028234663852886e38), open);
    }
    return offset ? score + offset : score;
  }
};

/// Columns [start, start + heads * features) of the projection, by head.
Heads columns(Builder &b, Tensor projection, Size start, Size heads,
              Size features) {
  return {projection.dim(0),
          heads,
          projection.dim(1),
          features,
          projection.dtype(),
          [=, &b](Scalar batch, Scalar head, Scalar s, Scalar d) {
            Scalar column = head * b.scalar(features) + d;
            if (start != Size(0))
              column = column + b.scalar(start);
            return projection.at({batch, s, column});
          }};
}

Tensor project(Node &node) {
  Tensor bias = node.optional_input(2, "bias");
  MatrixProduct product;
  product.a = node.input(0, "input");
  product.b = node.input(1, "weights");
  node.expect(product.a.rank() == 3 && product.b.rank() == 2,
              "input must have rank 3 and weights rank 2");
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  if (bias)
    product.epilogue = [bias](std::span<const Scalar> p, Scalar sum) {
      return sum + convert(bias.at({p[2]}), sum.dtype());
    };
  return matrix_product(node.b(), product);
}

/// past[which] followed by the fresh keys or values.
Heads continued(Builder &b, Tensor past, int which, const Heads &fresh) {
  if (!past)
    return fresh;
  Heads all = fresh;
  Size before = past.dim(3);
  all.length = before + fresh.length;
  all.at = [=, &b](Scalar batch, Scalar head, Scalar t, Scalar d) {
    Scalar limit = b.scalar(before);
    return b.branch(
        t < limit,
        [&] { return Scalars{past.at({b.index(which), batch, head, t, d})}; },
        [&] { return Scalars{fresh.at(batch, head, t - limit, d)}; })[0];
  };
  return all;
}

/// Keys and values as [2, B, N, T, H].
Tensor stacked(Builder &b, const Heads &k, const Heads &v) {
  Shape shape = {2, k.batch, k.heads, k.length, k.features};
  return b.map(shape, k.dtype, [&](std::span<const Scalar> p) {
    return b.branch(
        p[0] == 0, [&] { return Scalars{k.at(p[1], p[2], p[3], p[4])}; },
        [&] { return Scalars{v.at(p[1], p[2], p[3], p[4])}; })[0];
  });
}

Heads unstacked(Builder &b, Tensor present, int which, const Heads &like) {
  Heads heads = like;
  heads.at = [=, &b](Scalar batch, Scalar head, Scalar t, Scalar d) {
    return present.at({b.index(which), batch, head, t, d});
  };
  return heads;
}

Masks bind_masks(Node &node, const Heads &q, const Heads &k) {
  Masks m{node.b(),
          node.optional_input(3, "mask_index"),
          node.optional_input(5, "attention_bias"),
          q.batch,
          q.heads,
          q.length,
          k.length - q.length,
          k.length,
          node.float_attr("mask_filter_value", -10000),
          node.flag_attr("unidirectional", false)};
  if (!m.mask)
    return m;
  node.expect(m.mask.rank() >= 1 && m.mask.rank() <= 4,
              "mask_index must have rank 1 to 4");
  bool pairs = m.mask.dim(0) == q.batch * 2;
  if (m.mask.rank() == 1 && !pairs)
    require_equal(node.b(), m.mask.dim(0), q.batch,
                  "a mask_index of rank 1 needs one length a sequence");
  if (m.mask.rank() == 2 && m.mask.dim(1) == Size(1))
    m.mask = {}; // By convention a mask of one column masks nothing.
  else if (m.mask.rank() == 2 || m.mask.rank() == 3)
    require_equal(node.b(), m.mask.dim(-1), k.length,
                  "mask_index must cover past and present keys");
  return m;
}

} // namespace

static void attention_microsoft(Node &node) {
  Builder &b = node.b();
  if (node.flag_attr("do_rotary", false))
    node.unsupported("Attention with do_rotary");
  if (node.flag_attr("past_present_share_buffer", false))
    node.unsupported("Attention with past_present_share_buffer");
  int64_t heads = node.int_attr("num_heads");
  node.expect(heads > 0, "num_heads must be positive");
  Tensor projection = project(node);
  Tensor past = node.optional_input(4, "past");
  node.expect(!past || past.rank() == 5, "past must have rank 5");
  Size third = floordiv(projection.dim(2), 3);
  Shape sizes = {third, third, third};
  if (node.has_attr("qkv_hidden_sizes")) {
    std::vector<int64_t> given = node.ints_attr("qkv_hidden_sizes");
    node.expect(given.size() == 3, "qkv_hidden_sizes needs three values");
    sizes.assign(given.begin(), given.end());
  }
  require_equal(b, sizes[0] + sizes[1] + sizes[2], projection.dim(2),
                "the weights' columns are not those of Q, K and V");
  auto part = [&](int which, Size start) {
    return columns(b, projection, start, heads, floordiv(sizes[which], heads));
  };
  Heads q = part(0, 0);
  Heads k = continued(b, past, 0, part(1, sizes[0]));
  Heads v = continued(b, past, 1, part(2, sizes[0] + sizes[1]));
  if (node.wants_output(1) || past) {
    require_equal(b, k.features, v.features,
                  "present needs keys and values of the same size");
    Tensor present = stacked(b, k, v);
    if (node.wants_output(1))
      node.output(1, present);
    k = unstacked(b, present, 0, k);
    v = unstacked(b, present, 1, v);
  }
  Masks masks = bind_masks(node, q, k);
  double scale = node.float_attr("scale", 0);
  DType compute = compute_type(q.dtype);
  Tensor scores = attention_scores(
      b, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        x = scale != 0 ? x * scale
                       : x / sqrt(cast(b.scalar(q.features), x.dtype()));
        return masks.apply(p, x);
      });
  Tensor weights = attention_softmax(b, scores, compute, q.dtype, {});
  node.output(0, merge_heads(b, attention_values(b, weights, v, q.dtype)));
}

LANDFALL_ONNX(attention_microsoft,
              {"Attention",
               1,
               attention_microsoft,
               "com.microsoft",
               {"input:T weights:T bias:T? mask_index:M? past:T? "
                "attention_bias:T? past_sequence_length:M? -> 2",
                "T=float32,float16,bfloat16 M=int32",
                "do_rotary:int mask_filter_value:float num_heads:int! "
                "past_present_share_buffer:int qkv_hidden_sizes:ints "
                "rotary_embedding_dim:int scale:float unidirectional:int"}})

} // namespace landfall::frontend
