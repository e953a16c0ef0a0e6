//===- fourier.h - Discrete Fourier transforms ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// [length, 2]: cosine and sine of 2 pi * step(n) / period, in `type`, where
/// 0 <= step(n) < period.
Tensor angles(Builder &b, Size length, Size period, DType type,
              const std::function<Scalar(Scalar)> &step);

/// Transforms x [outer, parts, length, inner], whose parts are the real and
/// perhaps the imaginary part: [outer, 2, length, inner], not scaled. The
/// length must be positive, which is required of one that only the run knows;
/// the work is O(length log length) for any.
Tensor fourier_transform(Builder &b, Tensor x, Size length, bool inverse);

/// The number of parts (1: real, 2: complex) in x's last dimension.
Size part_count(const Node &node, Tensor x);

} // namespace landfall::frontend
