//===- n_gram_hash.h - Hashes of the last tokens ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Values of sequences at times t: from 0 on those of this run, before them the
/// last ones of `past` [B, few].
struct PastAndFresh {
  Tensor past; ///< May be absent.
  /// The value where `inside` holds, else anything. Empty: there are none.
  std::function<Scalar(Scalar sequence, Scalar t, Scalar inside)> fresh;

  Scalar at(Scalar sequence, Scalar t, Scalar otherwise) const;
};

/// With the tokens x before each position: mix_n = x[t] m[0] ^ x[t - 1] m[1] ^
/// ... of n tokens, for n from 2 to max_ngram_size; hash (n - 2) H + h is mix_n
/// mod vocab_sizes[(n - 2) H + h] + head_offsets[...]. Before the first token
/// stands `past`, and before that eos_token_id or pad_id. That one also takes
/// the place of what is before a boundary: an end of a sequence (reset_on_eos),
/// or where segments change.
class NGramHash {
public:
  /// Binds the attributes, the operands multipliers and vocab_sizes, and those
  /// from `offsets` on: head_offsets, eos_token_id.
  NGramHash(Node &node, DType type, PastAndFresh ids, PastAndFresh segments,
            int offsets);

  Size history() const { return longest_ - 1; }
  /// [places..., hashes] of the tokens at place(indices).
  using Place =
      std::function<std::pair<Scalar, Scalar>(std::span<const Scalar> at)>;
  Tensor hashes(const Shape &places, const Place &place) const;
  /// The ids before time `end`, the last of `history` being number
  /// history - 1.
  Scalar id_before(Scalar sequence, Scalar end, Scalar number) const;
  Scalar pad() const;

private:
  Scalar blank() const;
  Scalar ends(Scalar sequence, Scalar t, int64_t shift) const;
  Scalars tokens(Scalar sequence, Scalar t) const;

  Node &node_;
  Builder &b_;
  DType type_;
  PastAndFresh ids_, segments_;
  int longest_, heads_;
  Tensor factors_, sizes_, offsets_, eos_; ///< The last two may be absent.
  bool resets_;
};

} // namespace landfall::frontend
