//===- narrow_real.h - Reals narrower than f32 in code ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The conversions of base/dtype.h as straight code, bit for bit, for any number
// of lanes. `type` is f16, bf16, one of the f8 family or f4.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// Storage code (i8 or i16) to f32. Exact.
llvm::Value *emit_decode(LaneCode &code, DType type, llvm::Value *stored);
/// f32 to storage code, to nearest even (f8e8m0: up).
llvm::Value *emit_encode(LaneCode &code, DType type, llvm::Value *x,
                         Saturation saturate);
/// f32 rounded to the type's nearest value, as f32.
llvm::Value *emit_round_to(LaneCode &code, DType type, llvm::Value *x,
                           Saturation saturate = Saturation::off);
/// f64 to f32, rounding to odd, so that rounding the result to a narrower type
/// is the same as rounding once.
llvm::Value *emit_round_to_odd(LaneCode &code, llvm::Value *x);

} // namespace landfall::kernels
