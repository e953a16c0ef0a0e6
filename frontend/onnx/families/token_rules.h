//===- token_rules.h - Which tokens may come next ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/generation.h"

namespace landfall::frontend {

/// Where a node has the operands that the rules are about; -1: nowhere.
struct RuleOperands {
  int min_length, repetition_penalty, vocab_mask, prefix_vocab_mask;
};

/// The rules by which ONNX Runtime changes the scores of tokens, in this order:
/// a penalty for tokens in the sequence; tokens that would repeat
/// `no_repeat_ngram_size` tokens; vocab_mask; prefix_vocab_mask, for the first
/// token; the end before min_length. What they forbid gets the lowest float.
class TokenRules {
public:
  /// For `beams` rows a batch entry.
  TokenRules(const Node &node, const Decoder &decoder,
             const RuleOperands &operands, Size beams);

  /// [R, V] from the scores of the decoder's vocabulary, of which the first V =
  /// vocab_size (if that is given) take part.
  Tensor apply(Tensor scores, const Generation &state) const;
  /// The number of tokens, for logits of this shape.
  Size vocabulary(const Shape &logits) const;

private:
  Tensor marks(const Generation &state, Size vocabulary) const;
  Scalar forbidden(std::span<const Scalar> point,
                   const Generation &state) const;

  const Node &node_;
  Builder &b;
  const Decoder &decoder_;
  Size beams_;
  Tensor min_length_, penalty_, mask_, prefix_mask_; ///< May be absent.
  int64_t ngram_;
};

} // namespace landfall::frontend
