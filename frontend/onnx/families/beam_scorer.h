//===- beam_scorer.h - The sequences of a beam search -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/generation.h"

namespace landfall::frontend {

/// B batch entries with M beams each: row r = entry * M + beam. The state that
/// the steps carry stands in Generation::own: the scores of the beams, and the
/// best M sequences of each entry that have ended. A sequence's own score is
/// the sum of the logarithms of its tokens' shares / length ^ length_penalty.
class BeamScorer {
public:
  /// `length_penalty` may be absent (1).
  BeamScorer(const Node &node, const Decoder &decoder, Size beams,
             Tensor length_penalty);

  Tensors start() const;
  /// [R]: the sums of the beams' logarithms.
  Scalar beam_score(const Generation &state, Scalar row) const;

  /// What the rows go on with, tokens [R] i32 from rows source [R] i64, by the
  /// scores [R, V] of all tokens, and the new state.
  struct Choice {
    Tensor tokens, source;
    Tensors own;
  };
  Choice choose(Tensor scores, const Generation &state) const;
  /// Whether an entry has not ended: as many sequences as beams have, and none
  /// that can still be better, or early_stopping.
  Tensor proceed(const Generation &state) const;

  /// The best `count` sequences of each entry, [B, count, max_length] i32, and
  /// their scores [B, count] f32.
  std::pair<Tensor, Tensor> best(const Generation &state, Size count) const;

private:
  struct Ended;
  Scalar score(Scalar sum, Scalar length) const;
  Tensor candidates(Tensor scores) const;
  void add(const Ended &ended, const Generation &state, Scalar entry,
           Scalar row, Scalar sum) const;
  std::vector<LoopsResult> results_of(const Generation &state) const;
  Scalar choose_beams(const Ended &ended, const Generation &state,
                      Tensor scores, Tensor order, Scalar entry,
                      std::span<const Buffer> out) const;

  Builder &b;
  const Decoder &decoder_;
  Size beams_;
  Tensor length_penalty_;
  bool early_stopping_;
};

} // namespace landfall::frontend
