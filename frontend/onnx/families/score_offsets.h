//===- score_offsets.h - Masks of ONNX Runtime's attention ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/attention.h"

namespace landfall::frontend {

/// Inside a body: the element of `bias` [B or 1, N or 1, S, T] at a point of
/// the scores, which are of shape `scores` [B, N, S, T].
Scalar attention_bias_at(Tensor bias, const Shape &scores,
                         std::span<const Scalar> point);

/// What ONNX Runtime's attention operators add to the scores of queries for
/// keys: attention_bias; `filter` where the key mask forbids; if `causal`, the
/// lowest finite value for keys after the query. The queries are the last of
/// `total` tokens, `past` of which came before.
class ScoreOffsets {
public:
  /// Both tensors may be absent. The mask holds a length for each sequence
  /// [B], or the ends and then the starts [2 * B], or lengths followed by
  /// cumulative ones [3 * B + 2]; or 0 where a key is forbidden: [B, T],
  /// [B, S, T] or [B, 1, most, most].
  ScoreOffsets(const Node &node, Tensor mask, Tensor bias, const Heads &q,
               const Heads &k, Size past, bool causal);

  /// Inside a body: `score` with what is added at this point.
  Scalar apply(std::span<const Scalar> point, Scalar score) const;

private:
  Scalar forbidden(std::span<const Scalar> point) const;

  Builder &b_;
  Tensor mask_, bias_;
  Heads q_, k_;
  Size past_;
  double filter_;
  bool causal_;
};

/// x times the attribute `scale`, or divided by the root of the features.
Scalar scaled_score(const Node &node, Scalar x, Size features);

/// [B, S, N * Dv]: softmax(Q K^T * scale + offsets) V.
Tensor attend(const Node &node, const Heads &q, const Heads &k, const Heads &v,
              const ScoreOffsets &offsets);

} // namespace landfall::frontend
