//===- n_gram_hash_mapping.cpp - Hashes of the last tokens ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With the tokens x before each position: mix_n = x[t] m[0] ^ x[t - 1] m[1] ^
// ... of n tokens, for n from 2 to max_ngram_size; hash_ids[b, t, (n - 2) H +
// h] = mix_n mod vocab_sizes[(n - 2) H + h] + head_offsets[...]. Before the
// first token stand past_ids, and before those eos_token_id or pad_id. That one
// also takes the place of what is before a boundary: an end of a sequence
// (reset_on_eos), or where segment_ids change.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

struct NGrams {
  Node &node;
  Builder &b;
  Tensor ids;                 ///< [B, S]
  Tensor past, segments, eos; ///< May be absent.
  int64_t longest;
  bool resets;

  Scalar blank() const {
    return eos ? eos.at({})
               : b.literal_int(ids.dtype(), node.int_attr("pad_id"));
  }

  /// The token at t - shift, wherever it is.
  Scalar raw(Scalar batch, Scalar t, int64_t shift) const {
    Scalar at = t - double(shift), fresh = at >= 0;
    Scalar before = blank();
    if (past) {
      Scalar row[] = {batch, at + double(longest - 1)};
      before = past.at_or(row, logical_not(fresh), before);
    }
    Scalar row[] = {batch, at};
    return select(fresh, ids.at_or(row, fresh, before), before);
  }

  /// Whether a boundary is between the tokens at t - shift and t - shift + 1.
  Scalar ends(Scalar batch, Scalar t, int64_t shift) const {
    Scalar result = b.literal_int(DType::boolean, 0);
    if (resets)
      result = raw(batch, t, shift) == eos.at({});
    if (!segments)
      return result;
    Scalar at = t - double(shift), inside = at >= 0;
    Scalar here[] = {batch, at}, next[] = {batch, at + 1};
    Scalar zero = b.literal_int(segments.dtype(), 0);
    Scalar changes = segments.at_or(here, inside, zero) !=
                     segments.at_or(next, inside, zero);
    return logical_or(result, logical_and(inside, changes));
  }

  /// The tokens at t, t - 1, ... as the n-grams see them.
  Scalars tokens(Scalar batch, Scalar t) const {
    Scalars result = {raw(batch, t, 0)};
    Scalar behind = b.literal_int(DType::boolean, 0);
    for (int64_t shift = 1; shift < longest; ++shift) {
      behind = logical_or(behind, ends(batch, t, shift));
      result.push_back(select(behind, blank(), raw(batch, t, shift)));
    }
    return result;
  }
};

/// [B, longest - 1]: the last of `past` and the tokens.
Tensor last_ids(const NGrams &grams) {
  Builder &b = grams.b;
  Tensor ids = grams.ids;
  Shape shape = {ids.dim(0), grams.longest - 1};
  return b.map(shape, ids.dtype(), [&](std::span<const Scalar> p) {
    Scalar t = p[1] + b.scalar(ids.dim(1));
    return grams.raw(p[0], t, grams.longest - 1);
  });
}

} // namespace

static void n_gram_hash_mapping(Node &node) {
  Builder &b = node.b();
  int longest =
      node.count(node.int_attr("max_ngram_size"), "max_ngram_size", 2, 64);
  int heads = node.count(node.int_attr("n_head_per_ngram"), "n_head_per_ngram",
                         1, 4096);
  Tensor ids = node.input(0, "input_ids", 2);
  Tensor factors = node.input(1, "multipliers", 1);
  Tensor sizes = node.input(2, "vocab_sizes", 1);
  Tensor offsets = node.optional_input(4, "head_offsets", 1);
  Tensor eos = node.optional_input(5, "eos_token_id");
  NGrams grams{node,
               b,
               ids,
               node.optional_input(3, "past_ids", 2),
               node.optional_input(6, "segment_ids", 2),
               eos ? one_element(node, eos) : eos,
               longest,
               eos && node.int_attr("reset_on_eos", 0) != 0};
  int64_t all = int64_t(longest - 1) * heads;
  b.require(1 - less(factors.dim(0), longest), "multipliers are too few");
  require_list(node, sizes, "vocab_sizes", all);
  if (offsets)
    require_list(node, offsets, "head_offsets", all);
  if (grams.segments)
    require_same_shape(node, grams.segments, ids, "segment_ids and input_ids");
  if (grams.past) {
    require_equal(b, grams.past.dim(0), ids.dim(0), "past_ids differ in batch");
    require_equal(b, grams.past.dim(1), longest - 1,
                  "past_ids need max_ngram_size - 1 tokens");
  }
  Shape shape = {ids.dim(0), ids.dim(1), longest - 1};
  Tensor mixes = b.map(shape, ids.dtype(), [&](std::span<const Scalar> p) {
    Scalars tokens = grams.tokens(p[0], p[1]);
    Scalar mix = tokens[0] * factors.at({b.index(0)});
    Scalar result = mix;
    for (int64_t n = 1; n < longest; ++n) {
      mix = mix ^ (tokens[size_t(n)] * factors.at({b.index(n)}));
      result = select(p[2] >= double(n - 1), mix, result);
    }
    return result;
  });
  Shape hashes = {ids.dim(0), ids.dim(1), all};
  node.output(0, b.map(hashes, ids.dtype(), [&](std::span<const Scalar> p) {
    Scalar mix = mixes.at({p[0], p[1], p[2] / double(heads)});
    Scalar hash = mix % sizes.at({p[2]});
    return offsets ? hash + offsets.at({p[2]}) : hash;
  }));
  if (node.wants_output(1))
    node.output(1, last_ids(grams));
}

LANDFALL_ONNX(n_gram_hash_mapping,
              {"NGramHashMapping", 1, n_gram_hash_mapping, "com.microsoft"})

} // namespace landfall::frontend
