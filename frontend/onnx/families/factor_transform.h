//===- factor_transform.h - Fourier transforms of run-time length -*- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Whether all prime factors of `length` (positive) are small enough for
/// `factor_transform`: a bool of rank 0 that the run computes.
Tensor has_small_factors(Builder &b, Size length);

/// What fast_fourier computes, of a length that only the run knows and that
/// has_small_factors: x [outer, parts, length, inner] transformed along
/// `length`, [outer, 2, length, inner], not scaled. As there, each pass is a
/// matrix product and a rotation; the run chooses the factors and makes their
/// matrices.
Tensor factor_transform(Builder &b, Tensor x, Size length, bool inverse);

/// The least c * 2^k >= least with c in 1, 3, 5: a length that is cheap to
/// transform.
Size padded_length(Builder &b, Size least);

} // namespace landfall::frontend
