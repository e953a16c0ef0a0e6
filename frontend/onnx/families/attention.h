//===- attention.h - The steps of scaled dot-product attention  -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// Queries, keys or values by (batch, head, position, feature), wherever they
/// lie in memory.
struct Heads {
  Size batch, heads, length, features;
  DType dtype;
  std::function<Scalar(Scalar batch, Scalar head, Scalar position,
                       Scalar feature)>
      at;
};

/// A tensor [B, H, S, D].
Heads heads_of_4d(Tensor x);
/// A tensor [B, S, H * D].
Heads heads_of_3d(Builder &b, Tensor x, int64_t heads);
/// `past` [B, H, P, D] followed by `fresh`, as a tensor [B, H, P + S, D].
Tensor append_to_cache(Builder &b, Tensor past, const Heads &fresh);
/// A tensor [B, S, H, D].
Heads heads_of_tokens(Tensor x);
/// `past` [B, H, C, D] with `fresh` stored from position `before` on.
Tensor store_in_cache(Builder &b, Tensor past, const Heads &fresh, Size before);
/// The tensor [B, H, S, D] of these elements.
Tensor materialize(Builder &b, const Heads &x);

/// A value at (batch, query head, query position, key position).
using ScoreBody =
    std::function<Scalar(std::span<const Scalar> point, Scalar x)>;
using BiasBody = std::function<Scalar(std::span<const Scalar> point)>;

/// [B, Hq, S, T] of `result`: finish(sum over d of Q * K), in the compute type.
/// Groups of Hq / Hk query heads share a key head.
Tensor attention_scores(Builder &b, const Heads &q, const Heads &k,
                        DType result, const ScoreBody &finish);

/// The softmax over the last dimension, computed and rounded in `precision`,
/// as `result`. Rows whose `bias` (optional) is -inf everywhere become 0. Each
/// row has one more key of the score `sink` (optional), whose share is dropped.
Tensor attention_softmax(Builder &b, Tensor scores, DType precision,
                         DType result, const BiasBody &bias,
                         const BiasBody &sink = {});

/// [B, Hq, S, Dv]: sum over t of P[b, h, s, t] * V[b, h, t, d].
Tensor attention_values(Builder &b, Tensor probabilities, const Heads &v,
                        DType result);

/// [B, H, S, D] as [B, S, H * D].
Tensor merge_heads(Builder &b, Tensor x);

} // namespace landfall::frontend
