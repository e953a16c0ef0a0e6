//===- byte_window_tasks.h - Sums of windows of bytes as tasks --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The frame that ways to sum windows of bytes share. A way says how the result
// is cut and emits an item of it; a task is some items that follow each other:
//
//   struct Way {
//     struct Tile { Value *items, *task_items, *tasks, *scratch_bytes; ... };
//     static Tile tile(SizeCode &, const WindowProblem &, const ByteWindows &);
//     static std::string plan(const ByteWindows &);
//     Way(SizeCode &, const WindowProblem &, const ByteWindows &,
//         const Tile &);                       // Keeps the references.
//     void emit(Value *item, Value *is_first); // i64; i1: of the task.
//   };
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/task_generator.h"
#include "compiler/kernels/windows/byte_windows.h"

#include <optional>

namespace landfall::kernels {

/// The description that the problem refers to is the one that `loops` works on.
template <typename Way> class ByteWindowTasks : public TaskGenerator {
public:
  ByteWindowTasks(WindowProblem problem, ByteWindows windows,
                  std::unique_ptr<TaskGenerator> loops)
      : problem_(std::move(problem)), windows_(std::move(windows)),
        loops_(std::move(loops)) {}

  const Kernel *rewritten() const override { return loops_->rewritten(); }
  void derive_sizes(KernelFrame &frame) override {
    loops_->derive_sizes(frame);
  }
  std::string print_plan() const override { return Way::plan(windows_); }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    auto tile = Way::tile(sizes, problem_, windows_);
    return {tile.tasks, tile.scratch_bytes};
  }
  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tile_ = Way::tile(*sizes_, problem_, windows_);
  }
  void task(KernelFrame &frame, llvm::Value *number) override {
    llvm::IRBuilderBase &b = frame.b;
    llvm::Value *begin = b.CreateMul(number, tile_.task_items);
    llvm::Value *end =
        smaller(b, tile_.items, b.CreateAdd(begin, tile_.task_items));
    Way way(*sizes_, problem_, windows_, tile_);
    emit_for(frame, begin, end, [&](llvm::Value *item) {
      way.emit(item, b.CreateICmpEQ(item, begin));
    });
  }

private:
  WindowProblem problem_;
  ByteWindows windows_;
  std::unique_ptr<TaskGenerator> loops_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  Way::Tile tile_{};
};

} // namespace landfall::kernels
