//===- chirp_transform.h - Fourier transforms of any length -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Lengths up to here are transformed directly: the sum of as many products is
/// faster than three transforms of twice the length.
inline constexpr int64_t longest_direct_transform = 32;

/// Transforms every column of x [parts, length, columns], whose parts are the
/// real and perhaps the imaginary part: [2, length, columns], not scaled. The
/// length may be prime, and known only to the run: O(length log length).
///
/// A transform is a convolution with a chirp, exp(pi j n^2 / length), which
/// transforms of a power of two compute (L. Bluestein, "A linear filtering
/// approach to the computation of discrete Fourier transform", 1970).
Tensor chirp_transform(Builder &b, Tensor x, Size length, bool inverse);

/// What `by_chirp` gives if the length is over longest_direct_transform, else
/// what `directly` gives; where only the run knows, it chooses.
Tensor by_length(Builder &b, Size length,
                 const std::function<Tensor()> &directly,
                 const std::function<Tensor()> &by_chirp);

} // namespace landfall::frontend
