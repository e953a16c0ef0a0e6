//===- task_generator.h - What a generator of kernels provides -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::kernels {

/// Emits the two halves of one kernel. The target calls `plan` in the function
/// that sizes a launch and `task` in the loop over a range of tasks; both may
/// use only the frame that they are given. Work is split into tasks by the
/// sizes alone, so that results do not depend on the number of threads.
class TaskGenerator {
public:
  struct Plan {
    llvm::Value *tasks = nullptr;         ///< i64; 0: nothing to do.
    llvm::Value *scratch_bytes = nullptr; ///< i64, a thread.
  };

  virtual ~TaskGenerator() = default;
  /// The description that frames must be made with, where the generator works
  /// on a rewritten one (same operands, in the same order); null: the original.
  virtual const Kernel *rewritten() const { return nullptr; }
  /// Appends sizes that the rewritten description has beyond the original's.
  virtual void derive_sizes(KernelFrame &) {}
  virtual Plan plan(KernelFrame &frame) = 0;
  /// Emitted once, on entry of the run function: values shared by all tasks.
  virtual void prologue(KernelFrame &) {}
  /// Code of the task with this number (i64); falls through to its end.
  virtual void task(KernelFrame &frame, llvm::Value *number) = 0;
};

} // namespace landfall::kernels
