//===- row_copy.h - Rows of lanes to a panel --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Rows of up to a vector of lanes, from `from` to `to`. All counts and steps
/// in elements, i64.
struct RowCopy {
  llvm::Type *type; ///< Of an element: f32 or i8.
  llvm::Value *from, *lane_step, *from_step;
  llvm::Value *to, *to_step; ///< Lanes are neighbours there.
  llvm::Value *lanes, *rows; ///< No rows if not positive.
};
void call_copy(kernels::KernelFrame &frame, const RowCopy &copy);
/// From `from`, f16 or bf16, to f32; lanes are neighbours on both sides. With a
/// mask as call_guarded_copy; `other` is what memory would hold.
void call_convert(kernels::KernelFrame &frame, DType from, const RowCopy &copy,
                  llvm::Value *mask, llvm::Value *other);
/// Rows of `value` to where a copy would go.
void call_fill(kernels::KernelFrame &frame, const RowCopy &copy,
               llvm::Value *value);
/// Lanes where `mask` (i1 a lane) is false are not read and become `other`. The
/// others are neighbours.
void call_guarded_copy(kernels::KernelFrame &frame, const RowCopy &copy,
                       llvm::Value *mask, llvm::Value *other);

} // namespace landfall::reef
