//===- weight_sums.h - Sums of constant weights of 8 bits ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// What a zero point of the other factor adds to a sum of products is known
/// when the model is compiled, if the weights are:
///
///   sum of (x - zx) * (w - zw) = sum of x * (w - zw) - zx * sum of (w - zw)
///
/// These sums, i32 modulo 2^32, over all dimensions of `w` but `kept`, whose
/// extent is theirs. `zero` is one value or one for each index of `kept`, and
/// may be absent. Absent if w is no constant of 8-bit integers, or zero no
/// constant.
Tensor weight_sums(Builder &b, Tensor w, Tensor zero, int kept);

} // namespace landfall::frontend
