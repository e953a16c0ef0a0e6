//===- row_copy.h - Rows of lanes to a panel --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Copies of rows of at most one vector of lanes, by the vector unit. Counts
/// and steps are i64, in elements.
struct RowCopy {
  llvm::Type *type; ///< Element type: f32 or i8.
  llvm::Value *from, *lane_step, *from_step;
  llvm::Value *to, *to_step; ///< Lanes are contiguous at the destination.
  llvm::Value *lanes, *rows; ///< Nothing is copied if rows <= 0.
};
void call_copy(kernels::KernelFrame &frame, const RowCopy &copy);
/// Copies and converts f16 or bf16 (`from`) to f32; lanes are contiguous on
/// both sides. `mask` as in call_guarded_copy, or null; `other` is of type
/// `from`.
void call_convert(kernels::KernelFrame &frame, DType from, const RowCopy &copy,
                  llvm::Value *mask, llvm::Value *other);
/// Fills the destination with `value`.
void call_fill(kernels::KernelFrame &frame, const RowCopy &copy,
               llvm::Value *value);
/// Lanes whose `mask` (vector of i1) is false are not read and become `other`.
/// The others must be consecutive lanes.
void call_guarded_copy(kernels::KernelFrame &frame, const RowCopy &copy,
                       llvm::Value *mask, llvm::Value *other);

} // namespace landfall::reef
