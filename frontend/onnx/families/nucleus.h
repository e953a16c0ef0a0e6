//===- nucleus.h - Tokens drawn from the likeliest ones ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Nucleus sampling as ONNX Runtime's Sampling does it: of tokens in the order
/// of their shares, those are left out (their score is `filter_value`) that the
/// likelier ones make superfluous.
///   custom = 0: from the least likely on, while their shares sum up to at most
///               1 - top_p; the last min_tokens_to_keep stay
///   custom = 1: from the likeliest on, after their shares sum up to over top_p
class Nucleus {
public:
  /// `seed`: the position of the operand.
  Nucleus(const Node &node, int seed);

  /// [R] i32: tokens drawn by scores [R, V], with random numbers of their own
  /// for each `step` ([] i64).
  Tensor draw(Tensor scores, Tensor step) const;

private:
  Tensor filtered(Tensor scores) const;

  const Node &node_;
  Builder &b;
  Tensor seed_; ///< May be absent.
};

} // namespace landfall::frontend
