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
  int logits_processor = -1, temperature = -1, presence_mask = -1;
};

/// The rules by which ONNX Runtime changes the scores of tokens, in this order:
/// a penalty for tokens in the sequence; tokens that would repeat
/// `no_repeat_ngram_size` tokens; vocab_mask; prefix_vocab_mask, for the first
/// token; the end before min_length. What they forbid gets the lowest float.
/// Then the scores are divided by the temperature (an operand or attribute),
/// presence_penalty * presence_mask is subtracted, and the rules of Whisper's
/// timestamps hold (timestamp_rules.h) where logits_processor is 1.
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
  void require_shapes(Size words) const;
  Tensor marks(const Generation &state, Size vocabulary) const;
  Scalar scaled(std::span<const Scalar> point, Scalar score) const;
  Scalar forbidden(std::span<const Scalar> point,
                   const Generation &state) const;

  const Node &node_;
  Builder &b;
  const Decoder &decoder_;
  Size beams_;
  // These may be absent.
  Tensor min_length_, penalty_, mask_, prefix_mask_, temperature_, presence_;
  Size processor_ = 0;
  int64_t ngram_;
};

} // namespace landfall::frontend
