//===- packed_sequences.h - Sequences one after another ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// `batch` sequences whose `tokens` stand one after another.
struct PackedSequences {
  Size tokens, batch;
  Tensor starts; ///< [batch + 1] i64, from 0 to `tokens`, rising: checked.
  Tensor owners; ///< [tokens] i64: a token's sequence.

  /// Where the tokens of a sequence begin, and how many they are.
  Scalar start(Scalar sequence) const { return starts.at({sequence}); }
  Scalar length(Scalar sequence) const {
    return starts.at({sequence + 1}) - starts.at({sequence});
  }
};

/// Sequences that end where the operand `ends` [batch + 1] says, whose first
/// entry is 0; `name` is its.
PackedSequences sequences_ending_at(const Node &node, Tensor ends,
                                    const std::string &name, Size tokens);

/// Sequences of one length.
PackedSequences sequences_alike(Builder &b, Size tokens, Size batch);

/// [batch] i64: how many leading tokens of each sequence
/// are captured, as the operand capture_count [batch] of operators with an
/// attribute state_update_capacity says. Absent if nothing is to be captured.
Tensor captured_counts(const Node &node, int position,
                       const PackedSequences &sequences);

} // namespace landfall::frontend
