//===- task_split.h - How the points of a kernel are dealt out -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"
#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

/// All i64, functions of the sizes. Task number t covers `rows_per_task` rows
/// from t / pieces on, and of the loop after them the piece t % pieces.
struct TaskSplit {
  llvm::Value *rows;
  llvm::Value *rows_per_task;
  llvm::Value *extent; ///< Of the loop after the rows; 1 if it is not cut.
  llvm::Value *piece;  ///< Indices of it in a piece.
  llvm::Value *pieces;
  llvm::Value *tasks;
};

TaskSplit emit_task_split(KernelFrame &frame, const LoopPlan &plan);

} // namespace landfall::kernels
