//===- attention.cpp - ONNX Attention -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = softmax(softcap(Q K^T * scale) + bias) V for each head. The bias is -inf
// where is_causal, a window, nonpad_kv_seqlen or a boolean attn_mask forbids,
// plus a numeric attn_mask. Keys and values continue past_key and past_value.
// Groups of query heads may share a key head.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"
#include "frontend/onnx/support/checked_index.h"

#include <cmath>
#include <optional>

namespace landfall::frontend {

namespace {

struct AttentionNode {
  Node &node;
  Builder &b;
  Heads q, k, v;
  Tensor mask, past_key, lengths;
  DType type, compute;
  bool causal;
  int64_t left, right; ///< Window; -1: unbounded.
  double softcap;

  bool has_bias() const {
    return mask || causal || left >= 0 || right >= 0 || lengths;
  }

  /// Whether a query may find every key forbidden: causality alone always
  /// leaves it the first one.
  bool may_close_rows() const { return mask || left >= 0 || lengths; }

  /// How many valid keys precede the first query.
  Scalar offset(Scalar batch) const {
    if (lengths)
      return lengths.at({batch}) - b.scalar(q.length);
    return past_key ? b.scalar(past_key.dim(2)) : b.index(0);
  }

  /// attn_mask, aligned at the back; a shorter last dimension forbids the rest.
  Scalar mask_bias(std::span<const Scalar> p) const {
    Size extents[] = {q.batch, q.heads, q.length, k.length};
    Scalars at;
    int skipped = 4 - mask.rank();
    for (int i = 0; i + 1 < mask.rank(); ++i)
      at.push_back(broadcast_index(b, mask.dim(i), extents[skipped + i],
                                   p[skipped + i]));
    at.push_back(p[3]);
    bool boolean = mask.dtype() == DType::boolean;
    Scalar none = lowest(b, compute);
    Scalar inside;
    if (mask.dim(-1) != k.length)
      inside = p[3] < b.scalar(mask.dim(-1));
    Scalar value = inside ? mask.at_or(at, inside, b.literal(mask.dtype(), 0))
                          : mask.at(at);
    Scalar bias = boolean ? select(value, b.literal(compute, 0), none)
                          : convert(value, compute);
    return inside ? select(inside, bias, none) : bias;
  }

  Scalar bias(std::span<const Scalar> p) const {
    Scalar total = mask ? mask_bias(p) : b.literal(compute, 0);
    Scalar none = lowest(b, compute);
    Scalar allowed;
    auto also = [&](Scalar condition) {
      allowed = allowed ? logical_and(allowed, condition) : condition;
    };
    if (causal || left >= 0 || right >= 0) {
      Scalar here = p[2] + offset(p[0]);
      if (causal)
        also(p[3] <= here);
      if (left >= 0)
        also(here - p[3] <= double(left));
      if (right >= 0)
        also(p[3] - here <= double(right));
    }
    if (lengths)
      also(p[3] < lengths.at({p[0]}));
    return allowed ? select(allowed, total, total + none) : total;
  }

  /// The stages of a score, as qk_matmul_output_mode numbers them: 0 scaled, 1
  /// capped, 2 biased. `x` has passed `done` and goes on to `wanted`.
  Scalar advance(std::span<const Scalar> p, Scalar x, int done,
                 int wanted) const {
    if (done < 1 && wanted >= 1 && softcap > 0)
      x = tanh(x / softcap) * softcap;
    if (done < 2 && wanted >= 2 && has_bias())
      x = x + bias(p);
    return x;
  }
};

/// Nothing if only the run decides it.
std::optional<double> scale_of(const Node &node, Size features) {
  if (node.has_attr("scale"))
    return node.float_attr("scale");
  if (features.constant())
    return 1 / std::sqrt(double(*features.constant()));
  return std::nullopt;
}

Heads operand(const Node &node, int position, const char *name,
              const char *heads) {
  Tensor x = node.input(position, name, 3, 4);
  if (x.rank() == 3)
    return heads_of_3d(node.b(), x, node.int_attr(heads));
  if (node.has_attr(heads))
    require_equal(node.b(), x.dim(1), node.int_attr(heads),
                  std::string(heads) + " is not the number in " + name);
  return heads_of_4d(x);
}

/// x with its cache in front, bound to output `position` if that is wanted.
Heads with_cache(const Node &node, const Heads &x, Tensor past, int position) {
  if (!past && !node.wants_output(position))
    return x;
  Tensor present =
      past ? append_to_cache(node.b(), past, x) : materialize(node.b(), x);
  if (node.wants_output(position))
    node.output(position, present);
  return heads_of_4d(present);
}

} // namespace

static void attention(Node &node) {
  Builder &b = node.b();
  Tensor past_key = node.optional_input(4, "past_key", 4);
  Tensor past_value = node.optional_input(5, "past_value", 4);
  node.expect(bool(past_key) == bool(past_value),
              "past_key and past_value belong together");
  Heads q = operand(node, 0, "Q", "q_num_heads");
  Heads k = operand(node, 1, "K", "kv_num_heads");
  Heads v = operand(node, 2, "V", "kv_num_heads");
  DType type = q.dtype;
  AttentionNode a{node,
                  b,
                  q,
                  with_cache(node, k, past_key, 1),
                  with_cache(node, v, past_value, 2),
                  node.optional_input(3, "attn_mask"),
                  past_key,
                  node.optional_input(6, "nonpad_kv_seqlen", 1),
                  type,
                  compute_type(type),
                  node.flag_attr("is_causal", false),
                  node.int_attr("left_window_size", -1),
                  node.int_attr("right_window_size", -1),
                  node.float_attr("softcap", 0)};
  node.expect(!a.mask || (a.mask.rank() >= 1 && a.mask.rank() <= 4),
              "attn_mask must have rank 1 to 4");
  node.expect(a.left >= -1 && a.right >= -1,
              "the window's sizes must be at least -1");
  node.expect(!a.lengths || !past_key,
              "nonpad_kv_seqlen excludes past_key and past_value");
  require_equal(b, a.k.heads, a.v.heads,
                "K and V differ in their number of heads");
  if (a.mask)
    b.require(1 - less(a.k.length, a.mask.dim(-1)),
              "attn_mask has more columns than there are keys");
  if (a.lengths)
    a.lengths = checked_lengths(node, a.lengths, "nonpad_kv_seqlen", q.batch,
                                a.k.length);

  std::optional<double> scale = scale_of(node, q.features);
  auto scaled = [&](Scalar x) {
    if (scale)
      return x * *scale;
    return x / sqrt(cast(b.scalar(q.features), a.compute));
  };
  int mode = node.count(node.int_attr("qk_matmul_output_mode", 0),
                        "'qk_matmul_output_mode'", 0, 3);
  int stage = node.wants_output(3) && mode < 2 ? mode : 2;
  Tensor scores = attention_scores(b, q, a.k, a.compute,
                                   [&](std::span<const Scalar> p, Scalar x) {
                                     return a.advance(p, scaled(x), 0, stage);
                                   });
  auto output_as_type = [&](Tensor x) {
    node.output(3, b.elementwise({x}, [&](std::span<const Scalar> e) {
      return convert(e[0], type);
    }));
  };
  if (node.wants_output(3) && mode < 3)
    output_as_type(scores);
  if (stage < 2)
    scores = b.map(scores.shape(), a.compute, [&](std::span<const Scalar> p) {
      return a.advance(p, scores.at(p), stage, 2);
    });
  DType precision = node.dtype_attr("softmax_precision", a.compute);
  BiasBody bias;
  if (a.may_close_rows())
    bias = [&](std::span<const Scalar> p) { return a.bias(p); };
  Tensor probabilities = attention_softmax(b, scores, precision, type, bias);
  if (node.wants_output(3) && mode == 3)
    node.output(3, probabilities);
  Tensor y = attention_values(b, probabilities, a.v, type);
  node.output(0, node.input(0, "Q").rank() == 3 ? merge_heads(b, y) : y);
}

LANDFALL_ONNX(attention, {"Attention", 23, attention})

} // namespace landfall::frontend
