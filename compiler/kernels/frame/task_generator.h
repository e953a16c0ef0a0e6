//===- task_generator.h - What a generator of kernels provides -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"
#include "kernel_analysis/rewrite/pipeline.h"
#include "package/generation_record.h"

#include <memory>
#include <string>

namespace landfall::kernels {

/// Emits the code of one kernel's two functions: `plan` for the function that
/// computes the number of tasks and the scratch memory of a launch, `task` for
/// the loop over a range of tasks. Both may use only the frame that they are
/// given. How a result is computed depends on the sizes only, so that it has
/// the same bits at any number of threads; in how many tasks, on threads too.
class TaskGenerator {
public:
  struct Plan {
    llvm::Value *tasks = nullptr;         ///< i64; 0: nothing to do.
    llvm::Value *scratch_bytes = nullptr; ///< i64, per thread.
  };

  virtual ~TaskGenerator() = default;
  /// If the generator works on a rewritten description: that one, which frames
  /// must then be made with. It has the same operands in the same order. Null:
  /// the original.
  virtual const Kernel *rewritten() const { return nullptr; }
  /// Appends to `frame.sizes` the size parameters that only the rewritten
  /// description has.
  virtual void derive_sizes(KernelFrame &) {}
  /// What was decided from the description, for people.
  virtual std::string print_plan() const = 0;
  virtual Plan plan(KernelFrame &frame) = 0;
  /// Emits code that runs once on entry of the run function, for values that
  /// all tasks use.
  virtual void prologue(KernelFrame &) {}
  /// Emits the code of task `number` (i64, in [0, tasks)); control falls
  /// through at its end.
  virtual void task(KernelFrame &frame, llvm::Value *number) = 0;
};

/// What may change how a generator is chosen and made; all is optional.
struct GeneratorOptions {
  analysis::RewriteObserver observer = {};
  SkippedSteps skipped = {};
};

/// A generator, and why it is this one.
struct ChosenGenerator {
  std::unique_ptr<TaskGenerator> generator;
  GenerationRecord record;
};

} // namespace landfall::kernels
