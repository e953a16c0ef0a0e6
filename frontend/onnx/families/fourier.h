//===- fourier.h - Fourier transforms as sums of products ----- -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// [length, 2]: cosine and sine of 2 pi * step(n) / period, in `type`.
Tensor angles(Builder &b, Size length, Size period, DType type,
              const std::function<Scalar(Scalar)> &step);

/// The factors exp(-+ 2 pi j k n / length) of a transform, from a table of
/// `length` angles.
class Twiddle {
public:
  Twiddle(Builder &b, Size length, bool inverse, DType compute);

  Size length() const { return length_; }
  /// What part `from` (0: real, 1: imaginary) of input element n contributes to
  /// part `to` of output element k.
  Scalar at(Scalar k, Scalar n, Scalar to, Scalar from) const;

private:
  Builder &b_;
  Size length_;
  bool inverse_;
  Tensor table_; ///< [length, 2]: cosines and sines.
};

/// The number of parts (1: real, 2: complex) in x's last dimension.
Size part_count(const Node &node, Tensor x);

} // namespace landfall::frontend
