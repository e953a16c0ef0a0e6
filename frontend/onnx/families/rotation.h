//===- rotation.h - Rotary position embedding ----------------- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// The first `rotated` features of each head are pairs (x1, x2), rotated by an
/// angle that depends on the position and the pair:
///   y1 = cos * x1 - sin * x2,  y2 = sin * x1 + cos * x2
/// The features of a pair are adjacent if `interleaved`, else one of each half.
struct Rotation {
  Tensor x; ///< [B, S, H, D], or [B, H, S, D] if `heads_first`.
  bool heads_first;
  bool interleaved;
  Size rotated;
  /// The angle's cosine and sine at (batch, position, pair).
  std::function<Scalar(Scalar batch, Scalar position, Scalar pair)> cosine;
  std::function<Scalar(Scalar batch, Scalar position, Scalar pair)> sine;
};

/// y, with x's shape.
Tensor rotate(Builder &b, const Rotation &rotation);

} // namespace landfall::frontend
