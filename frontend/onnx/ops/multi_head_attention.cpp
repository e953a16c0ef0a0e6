//===- multi_head_attention.cpp - ONNX Runtime's MultiHeadAttention -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = softmax(Q K^T * scale + offsets) V for each head, where bias [3 * hidden]
// is added to Q, K and V first. Q, K and V are [B, S, N * H]; Q alone may hold
// all three, [B, S, N, 3, H], or K holds K and V, [B, L, N, 2, H]; or K and V
// are whole caches [B, N, L, H], without bias. past_key and past_value precede
// K and V, or are buffers of which past_sequence_length tokens are in use. In a
// beam search, cache_indirection [B / beams, beams, T] says from which beam
// each of these tokens is.
//
// DecoderMaskedMultiHeadAttention: the same of one query a sequence.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// Where an operator has its operands.
struct Positions {
  int bias, mask, attention_bias, past_key, past_value, past_length, beams;
};

/// Part `which` of x [B, S, N, parts, H].
Heads packed_heads(Tensor x, int which) {
  return {x.dim(0),
          x.dim(2),
          x.dim(1),
          x.dim(4),
          x.dtype(),
          [x, which](Scalar batch, Scalar head, Scalar s, Scalar d) {
            return x.at({batch, s, head, batch.builder().index(which), d});
          }};
}

/// x plus the elements of `bias` from `start` on.
Heads biased(Builder &b, const Heads &x, Tensor bias, Size start) {
  Heads sum = x;
  sum.at = [=, &b](Scalar batch, Scalar head, Scalar s, Scalar d) {
    Scalar column = b.scalar(start) + head * b.scalar(x.features) + d;
    Scalar element = x.at(batch, head, s, d);
    return convert(widen(element) + widen(bias.at({column})), x.dtype);
  };
  return sum;
}

struct Operands {
  Heads q, k, v;
};

Operands bind_operands(const Node &node) {
  Builder &b = node.b();
  int64_t heads = node.int_attr("num_heads");
  Tensor query = node.input(0, "query", 3, 5);
  Tensor key = node.optional_input(1, "key");
  Tensor value = node.optional_input(2, "value");
  if (query.rank() == 5)
    return {packed_heads(query, 0), packed_heads(query, 1),
            packed_heads(query, 2)};
  node.expect(query.rank() == 3, "query must have rank 3 or 5");
  if (!key) {
    require_equal(b, mod(query.dim(2), 3), 0,
                  "a query without key must hold all three");
    Size hidden = floordiv(query.dim(2), 3);
    auto part = [&](int which) {
      return heads_of_3d(b, slice_along(query, 2, hidden * which, hidden),
                         heads);
    };
    return {part(0), part(1), part(2)};
  }
  Heads q = heads_of_3d(b, query, heads);
  if (key.rank() == 5)
    return {q, packed_heads(key, 0), packed_heads(key, 1)};
  node.expect(value && value.rank() == key.rank(),
              "key and value must have one rank");
  if (key.rank() == 4)
    return {q, heads_of_4d(key), heads_of_4d(value)};
  return {q, heads_of_3d(b, key, heads), heads_of_3d(b, value, heads)};
}

void add_bias(const Node &node, Tensor bias, Operands &operands) {
  if (!bias)
    return;
  Builder &b = node.b();
  Heads &q = operands.q, &k = operands.k, &v = operands.v;
  Size hidden = q.heads * q.features;
  require_list(node, bias, "bias", hidden * 2 + v.heads * v.features);
  q = biased(b, q, bias, 0);
  if (node.has_input(1) && node.input(1, "key").rank() == 4)
    return; // The caches have theirs.
  k = biased(b, k, bias, hidden);
  v = biased(b, v, bias, hidden * 2);
}

/// The cache that keys or values continue.
class Cache {
public:
  Cache(const Node &node, const Positions &at)
      : node_(node), key_(node.optional_input(at.past_key, "past_key", 4)),
        value_(node.optional_input(at.past_value, "past_value", 4)) {
    node.expect(bool(key_) == bool(value_),
                "past_key and past_value belong together");
    if (!key_)
      return;
    before_ = key_.dim(2);
    if (node.has_input(at.past_length)) {
      shared_ = true;
      before_ = one_size(node, at.past_length, "past_sequence_length");
    }
    bind_beams(node.optional_input(at.beams, "cache_indirection", 3));
  }

  /// The fresh keys (values) behind the cached ones; binds output 1 (2).
  Heads keys(const Heads &fresh) const { return continued(key_, fresh, 1); }
  Heads values(const Heads &fresh) const { return continued(value_, fresh, 2); }

private:
  void bind_beams(Tensor indirection) {
    if (!indirection)
      return;
    beams_ = indirection.dim(1);
    node_.b().require(equal(indirection.dim(0) * beams_, key_.dim(0)),
                      "cache_indirection must have the batch of the cache");
    beam_of_ = CheckedIndex(node_, slice_along(indirection, 2, 0, before_),
                            {&beams_, 1}, CheckedIndex::Negative::refused)
                   .tensor();
  }

  Heads continued(Tensor past, const Heads &fresh, int position) const {
    Builder &b = node_.b();
    if (!past && !node_.wants_output(position))
      return fresh;
    Tensor present = !past     ? materialize(b, fresh)
                     : shared_ ? store_in_cache(b, past, fresh, before_)
                               : append_to_cache(b, past, fresh);
    if (node_.wants_output(position))
      node_.output(position, present);
    Heads all = heads_of_4d(present);
    all.length = before_ + fresh.length;
    return beam_of_ ? by_beam(all) : all;
  }

  /// `all`, whose cached tokens are each from its own beam.
  Heads by_beam(const Heads &all) const {
    Builder &b = node_.b();
    Heads chosen = all;
    chosen.at = [=, this, &b](Scalar batch, Scalar head, Scalar t, Scalar d) {
      Scalar first = batch / b.scalar(beams_), beam = batch % b.scalar(beams_);
      Scalar is_old = t < b.scalar(before_);
      Scalar row[] = {first, beam, t};
      Scalar from = beam_of_.at_or(row, is_old, beam);
      return all.at(first * b.scalar(beams_) + from, head, t, d);
    };
    return chosen;
  }

  const Node &node_;
  Tensor key_, value_;
  Size before_ = 0; ///< Cached tokens.
  bool shared_ = false;
  Size beams_ = 1;
  Tensor beam_of_; ///< [B / beams, beams, before]; absent: each its own.
};

void attend_to_heads(Node &node, const Positions &at) {
  Builder &b = node.b();
  Operands operands = bind_operands(node);
  add_bias(node, node.optional_input(at.bias, "bias"), operands);
  const Heads &q = operands.q;
  Cache cache(node, at);
  Heads keys = cache.keys(operands.k), values = cache.values(operands.v);
  ScoreOffsets offsets(node, node.optional_input(at.mask, "the mask"),
                       node.optional_input(at.attention_bias, "attention_bias"),
                       q, keys, keys.length - operands.k.length,
                       flag_if_one(node, "unidirectional", false));
  if (node.wants_output(3))
    node.output(3, attention_scores(b, q, keys, q.dtype,
                                    [&](std::span<const Scalar>, Scalar x) {
                                      return scaled_score(node, x, q.features);
                                    }));
  node.output(0, attend(node, q, keys, values, offsets));
}

} // namespace

static void multi_head_attention(Node &node) {
  attend_to_heads(node, {3, 4, 5, 6, 7, 8, 9});
}

static void decoder_masked(Node &node) {
  attend_to_heads(node, {10, 3, 4, 5, 6, 7, 9});
}

LANDFALL_ONNX(multi_head_attention,
              {"MultiHeadAttention", 1, multi_head_attention, "com.microsoft"},
              {"DecoderMaskedMultiHeadAttention", 1, decoder_masked,
               "com.microsoft"})

} // namespace landfall::frontend
