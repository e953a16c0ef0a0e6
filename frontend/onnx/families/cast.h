//===- cast.h - ONNX's conversions between types ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

/// How Cast and CastLike convert: their attributes.
struct CastRule {
  bool saturate; ///< To the 8-bit floats: clamp instead of inf / NaN.
  enum class Round { up, down, nearest } round; ///< To float8e8m0 only.
};
CastRule cast_rule(const Node &node);

/// x as `type`, by ONNX's rules.
Scalar cast_element(Scalar x, DType type, const CastRule &rule);

/// The tensor as `type`, by ONNX's rules; between numbers and strings too.
Tensor converted(Builder &b, Tensor input, DType type, const CastRule &rule);

/// output = input as `type`; refuses complex numbers.
void cast_operator(Node &node, DType type);

} // namespace landfall::frontend
