//===- compute_type.h - The precision operators compute in ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The type in which a formula of several steps is evaluated: f32 for a
/// narrower real, so that the result is rounded once; else the type itself.
inline DType compute_type(DType type) {
  return is_narrow_real(type) ? DType::f32 : type;
}

/// The same for formulas with non-integer results (roots, logarithms).
inline DType real_compute_type(DType type) {
  return is_real(type) ? compute_type(type) : DType::f64;
}

/// x as `type`; x itself if it is that already.
inline Scalar convert(Scalar x, DType type) {
  return x.dtype() == type ? x : cast(x, type);
}

/// x in its compute type.
inline Scalar widen(Scalar x) { return convert(x, compute_type(x.dtype())); }

/// A required operand that must hold real numbers.
Tensor real_input(const Node &node, int position, std::string_view name);

/// An attribute that names an element type: a number's or bool, not text.
DType numeric_dtype(const Node &node, std::string_view name, DType otherwise);

/// The same, for a real type.
DType real_dtype(const Node &node, std::string_view name, DType otherwise);

} // namespace landfall::frontend
