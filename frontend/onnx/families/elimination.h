//===- elimination.h - Rows of a matrix under elimination -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A scratch copy of one matrix of the batch, stored into while it is reduced.
struct Matrix {
  const Buffer &buffer;
  std::span<const Scalar> batch;

  Scalar at(Scalar i, Scalar j) const { return buffer.at(index(i, j)); }
  void store(Scalar i, Scalar j, Scalar value) const {
    buffer.store(index(i, j), value);
  }

private:
  Scalars index(Scalar i, Scalar j) const;
};

/// The row from k to n - 1 with the largest magnitude in column k.
Scalar pivot_row(Builder &b, const Matrix &a, Scalar k, Scalar n);

/// Exchanges rows i and k in the columns from `first` to n - 1.
void swap_rows(Builder &b, const Matrix &a, Scalar i, Scalar k, Scalar first,
               Scalar n);

} // namespace landfall::frontend
