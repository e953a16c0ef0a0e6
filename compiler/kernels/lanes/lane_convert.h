//===- lane_convert.h - Conversions between types in code ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

/// cast, cast_sat or bitcast of a register value of type `from` to type `to`.
llvm::Value *emit_conversion(LaneCode &code, ScalarOp op, DType to, DType from,
                             llvm::Value *x);

/// cast_sat of reals to an integer type.
llvm::Value *emit_clamped(LaneCode &code, DType to, llvm::Value *x);

/// The integer type that an element has in memory.
llvm::Type *storage_type(LaneCode &code, DType type, llvm::Value *like);
/// Register form to what memory holds, and back. Memory holds i8 for bool.
llvm::Value *emit_to_storage(LaneCode &code, DType type, llvm::Value *x);
llvm::Value *emit_from_storage(LaneCode &code, DType type, llvm::Value *stored);

} // namespace landfall::kernels
