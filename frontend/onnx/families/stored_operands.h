//===- stored_operands.h - Products of dequantised tensors -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Quantisers write a product of integers as one of reals between
// DequantizeLinear nodes ("QDQ"). As
//
//   sum of (a - za) * sa * (b - zb) * sb = sa * sb * sum of (a - za) * (b - zb)
//
// the sum is one of integers where neither scale changes along it: exact, while
// that of reals rounds each addition. Where only b is quantised, with scales by
// blocks of the depth, weights stay as small as they are stored.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/families/matrix_product.h"

namespace landfall::frontend {

/// A product of reals, whose operands are the node's operands 0 and 1, made of
/// the integers that they are stored as, if it can be; the epilogue gets the
/// same sums of reals.
Tensor stored_product(const Node &node, MatrixProduct product);
/// Makes a convolution one of the integers, likewise. To be called last, before
/// it is built.
void use_stored(const Node &node, Convolution &convolution);

} // namespace landfall::frontend
