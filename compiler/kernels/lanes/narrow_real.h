//===- narrow_real.h - Reals narrower than f32 in code ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Conversions of narrow reals (f16, bf16, the f8 types, f4) as branch-free code
// for any number of lanes; the same bits as the conversions of base/dtype.h.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// Encoding (i8 or i16) to f32. Exact.
llvm::Value *emit_decode(LaneCode &code, DType type, llvm::Value *stored);
/// f32 to encoding (i8 or i16), round to nearest even (f8e8m0: up).
llvm::Value *emit_encode(LaneCode &code, DType type, llvm::Value *x,
                         Saturation saturate);
/// f32 rounded to the nearest value of `type`, as f32.
llvm::Value *emit_round_to(LaneCode &code, DType type, llvm::Value *x,
                           Saturation saturate = Saturation::off);
/// f64 to f32 with round to odd, so that rounding the result to a narrower type
/// gives what one rounding from f64 would (no double rounding).
llvm::Value *emit_round_to_odd(LaneCode &code, llvm::Value *x);

} // namespace landfall::kernels
