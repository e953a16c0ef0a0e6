//===- task_split.h - A kernel's points, split into tasks ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"
#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

/// How a launch is split into tasks; all i64, functions of the sizes only. Task
/// t covers the rows from (t / pieces) * rows_per_task on, and of the loop
/// inside the rows ("columns") the piece t % pieces.
struct TaskSplit {
  llvm::Value *rows;
  llvm::Value *rows_per_task;
  llvm::Value *extent; ///< Columns; 1 if their loop is not split.
  llvm::Value *piece;  ///< Columns per piece.
  llvm::Value *pieces;
  llvm::Value *tasks;
};

TaskSplit emit_task_split(KernelFrame &frame, const LoopPlan &plan);

} // namespace landfall::kernels
