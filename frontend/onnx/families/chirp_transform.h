//===- chirp_transform.h - Fourier transforms of any length -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Transforms x [outer, parts, length, inner], whose parts are the real and
/// perhaps the imaginary part: [outer, 2, length, inner], not scaled. The
/// length may be prime, and known only to the run: O(length log length).
///
/// A transform is a convolution with a chirp, exp(pi j n^2 / length), which
/// transforms of a length of small factors compute (L. Bluestein, "A linear
/// filtering approach to the computation of discrete Fourier transform", 1970).
Tensor chirp_transform(Builder &b, Tensor x, Size length, bool inverse);

} // namespace landfall::frontend
