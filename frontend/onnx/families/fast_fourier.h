//===- fast_fourier.h - Discrete Fourier transforms by factors  -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Whether `length` is a constant that `fast_fourier` takes: a product of
/// factors that are small enough to be transformed directly.
bool has_fast_fourier(Size length);

/// Transforms x [outer, parts, length, inner], whose parts are the real and
/// perhaps the imaginary part: [outer, 2, length, inner], not scaled.
/// length = n * m splits into n-point transforms, a rotation of each element
/// and m-point transforms, so that the work grows with the sum of the factors;
/// each step is a plain matrix product.
Tensor fast_fourier(Builder &b, Tensor x, int64_t length, bool inverse);

} // namespace landfall::frontend
