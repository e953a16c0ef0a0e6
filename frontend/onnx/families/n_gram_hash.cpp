//===- n_gram_hash.cpp - Hashes of the last tokens ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/n_gram_hash.h"

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

Scalar PastAndFresh::at(Scalar sequence, Scalar t, Scalar otherwise) const {
  Scalar now = t >= 0, before = otherwise;
  if (past) {
    Scalar row = t + t.builder().scalar(past.dim(1));
    Scalar at[] = {sequence, row};
    before = past.at_or(at, logical_and(row >= 0, logical_not(now)), otherwise);
  }
  return select(now, fresh(sequence, t, now), before);
}

NGramHash::NGramHash(Node &node, DType type, PastAndFresh ids,
                     PastAndFresh segments, int offsets)
    : node_(node), b_(node.b()), type_(type), ids_(std::move(ids)),
      segments_(std::move(segments)),
      longest_(
          node.count(node.int_attr("max_ngram_size"), "max_ngram_size", 2, 64)),
      heads_(node.count(node.int_attr("n_head_per_ngram"), "n_head_per_ngram",
                        1, 4096)),
      factors_(node.input(1, "multipliers", 1)),
      sizes_(node.input(2, "vocab_sizes", 1)),
      offsets_(node.optional_input(offsets, "head_offsets", 1)),
      eos_(node.optional_input(offsets + 1, "eos_token_id")) {
  if (eos_)
    eos_ = one_element(node, eos_);
  resets_ = eos_ && node.int_attr("reset_on_eos", 0) != 0;
  Size all = int64_t(longest_ - 1) * heads_;
  b_.require(1 - less(factors_.dim(0), longest_), "multipliers are too few");
  require_list(node, sizes_, "vocab_sizes", all);
  if (offsets_)
    require_list(node, offsets_, "head_offsets", all);
  for (const PastAndFresh *line : {&ids_, &segments_})
    if (line->past)
      require_equal(b_, line->past.dim(1), history(),
                    "the past needs max_ngram_size - 1 entries");
}

Scalar NGramHash::pad() const {
  return b_.literal_int(type_, node_.int_attr("pad_id"));
}

Scalar NGramHash::blank() const { return eos_ ? eos_.at({}) : pad(); }

Scalar NGramHash::id_before(Scalar sequence, Scalar end, Scalar number) const {
  return ids_.at(sequence, end + number - b_.scalar(history()), blank());
}

/// Whether a boundary is between the tokens at t - shift and t - shift + 1.
Scalar NGramHash::ends(Scalar sequence, Scalar t, int64_t shift) const {
  Scalar result = b_.literal_int(DType::boolean, 0), at = t - double(shift);
  if (resets_)
    result = ids_.at(sequence, at, blank()) == eos_.at({});
  if (!segments_.fresh)
    return result;
  // Without past segments nothing before this run's tokens is a boundary.
  Scalar zero = b_.literal_int(DType::i32, 0);
  Scalar changes =
      segments_.at(sequence, at, zero) != segments_.at(sequence, at + 1, zero);
  Scalar known = at >= (segments_.past ? 1.0 - longest_ : 0.0);
  return logical_or(result, logical_and(known, changes));
}

/// The tokens at t, t - 1, ... as the n-grams see them.
Scalars NGramHash::tokens(Scalar sequence, Scalar t) const {
  Scalars result = {ids_.at(sequence, t, blank())};
  Scalar behind = b_.literal_int(DType::boolean, 0);
  for (int64_t shift = 1; shift < longest_; ++shift) {
    behind = logical_or(behind, ends(sequence, t, shift));
    Scalar id = ids_.at(sequence, t - double(shift), blank());
    result.push_back(select(behind, blank(), id));
  }
  return result;
}

Tensor NGramHash::hashes(const Shape &places, const Place &place) const {
  Shape shape = inserted(places, int(places.size()), history());
  int last = int(places.size());
  Tensor mixes = b_.map(shape, type_, [&](std::span<const Scalar> p) {
    auto [sequence, t] = place(p);
    Scalars tokens = this->tokens(sequence, t);
    Scalar mix = tokens[0] * factors_.at({b_.index(0)}), result = mix;
    for (int64_t n = 1; n < longest_; ++n) {
      mix = mix ^ (tokens[size_t(n)] * factors_.at({b_.index(n)}));
      result = select(p.back() >= double(n - 1), mix, result);
    }
    return result;
  });
  shape.back() = int64_t(longest_ - 1) * heads_;
  return b_.map(shape, type_, [&](std::span<const Scalar> p) {
    Scalar mix = mixes.at(replaced(p, last, p.back() / double(heads_)));
    Scalar hash = mix % sizes_.at({p.back()});
    return offsets_ ? hash + offsets_.at({p.back()}) : hash;
  });
}

} // namespace landfall::frontend
