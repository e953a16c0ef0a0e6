//===- fourier.h - Discrete Fourier transforms ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// [2, period or more]: cosines and sines of 2 pi * n / period, in `type`.
Tensor circle_table(Builder &b, Size period, DType type);

/// Transforms x [outer, parts, length, inner], whose parts are the real and
/// perhaps the imaginary part: [outer, 2, length, inner], not scaled. The
/// length must be positive, which is required of one that only the run knows;
/// the work is O(length log length) for any.
Tensor fourier_transform(Builder &b, Tensor x, Size length, bool inverse);

/// The number of parts (1: real, 2: complex) in x's last dimension.
Size part_count(const Node &node, Tensor x);

} // namespace landfall::frontend
