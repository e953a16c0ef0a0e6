//===- vector_math.h - Elementary functions in line ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// f32 functions as branch-free code for any number of lanes, with our own
// minimax polynomials. Infinities, NaNs, zeros, subnormals and huge arguments
// give what C's functions give. Largest errors in ulp, over samples of all
// binades (measured by compiler/native/suite/vector_math_test.cpp):
//
//   exp 1   log 1   tanh 2   erf 2   sin 2   cos 2   pow 1
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

llvm::Value *emit_exp(LaneCode &code, llvm::Value *x);
llvm::Value *emit_log(LaneCode &code, llvm::Value *x);
llvm::Value *emit_tanh(LaneCode &code, llvm::Value *x);
llvm::Value *emit_erf(LaneCode &code, llvm::Value *x);
llvm::Value *emit_sin(LaneCode &code, llvm::Value *x);
llvm::Value *emit_cos(LaneCode &code, llvm::Value *x);
llvm::Value *emit_pow(LaneCode &code, llvm::Value *x, llvm::Value *y);

} // namespace landfall::kernels
