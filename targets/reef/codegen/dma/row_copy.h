//===- row_copy.h - Vector copies into a panel ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// A copy of rows of lanes by the vector unit. Steps are i64, in elements.
/// Lanes are contiguous at the destination.
struct RowCopy {
  llvm::Type *type;       ///< Element type: f32 or i8.
  llvm::Value *from;      ///< Address of row 0, lane 0 of the source.
  llvm::Value *lane_step; ///< From lane to lane of the source.
  llvm::Value *from_step; ///< From row to row of the source.
  llvm::Value *to;        ///< Address of row 0, lane 0 of the destination.
  llvm::Value *to_step;   ///< From row to row of the destination.
  llvm::Value *lanes;     ///< i64; at most one vector.
  llvm::Value *rows;      ///< i64; nothing is copied if it is <= 0.
};
void call_copy(kernels::KernelFrame &frame, const RowCopy &copy);
/// Copies and converts f16 or bf16 (`from`) to f32; lanes are contiguous at the
/// source, too. `mask` as in call_guarded_copy, or null; `other` is of type
/// `from`.
void call_convert(kernels::KernelFrame &frame, DType from, const RowCopy &copy,
                  llvm::Value *mask, llvm::Value *other);
/// Fills the destination with `value`.
void call_fill(kernels::KernelFrame &frame, const RowCopy &copy,
               llvm::Value *value);
/// Copies the lanes in which `mask` (vector of i1) is true; they must be
/// consecutive. The others are not read, and set to `other`.
void call_guarded_copy(kernels::KernelFrame &frame, const RowCopy &copy,
                       llvm::Value *mask, llvm::Value *other);

} // namespace landfall::reef
