//===- lane_quantize.h - Quantisation to 8 bits in code ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// cast_sat to an integer of 8 bits, of a vector `x` of f32 that is round(y) or
/// round(y) + zero point, with the zero point an integer that is the same in
/// all lanes; null for other values. A quotient y by a number that is the same
/// in all lanes is not divided. The result is the same as that of the
/// operations one by one.
llvm::Value *emit_quantized(LaneCode &c, DType to, llvm::Value *x);

} // namespace landfall::kernels
