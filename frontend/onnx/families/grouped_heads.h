//===- grouped_heads.h - Heads of attention over a cache --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What ONNX Runtime's attention operators do alike in which groups of query
// heads share a key head (GroupQueryAttention, SparseAttention,
// PagedAttention).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/attention.h"

namespace landfall::frontend {

/// New tokens, [..., heads, features]. k and v have one shape, which is that of
/// q but for the heads.
struct GroupedHeads {
  Tensor q, k, v;
};

/// The operands query, key and value (0 to 2) [..., heads * features] of rank
/// `rank`, or query alone, which holds the heads of all three one after
/// another.
GroupedHeads grouped_heads(const Node &node, Size heads, Size kv_heads,
                           int rank);

/// x with each head divided by its root mean square and multiplied by `weight`
/// [features], an operand called `name`; x if that is absent.
Tensor normalized_heads(const Node &node, Tensor x, Tensor weight,
                        std::string_view name, double epsilon);

/// x [B, S, heads, features], each token turned by the row of the operands
/// `cosine` and `sine` (numbers of operands) that `positions` [B, S] names.
Tensor rotated_heads(const Node &node, Tensor x, Tensor positions, int cosine,
                     int sine);

/// The score of one more key, `sinks` [heads], an operand called head_sink.
BiasBody head_sink(const Node &node, Tensor sinks, Size heads);

/// The score, scaled and bounded by the attribute softcap if that is positive.
Scalar capped_score(const Node &node, Scalar score, Size features);

} // namespace landfall::frontend
