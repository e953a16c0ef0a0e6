//===- byte_window_generator.cpp - Weighted sums of windows of bytes ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_window_generator.h"

#include "compiler/kernels/windows/byte_window_emitter.h"

#include <fmt/format.h>

namespace landfall::kernels {

using llvm::Value;

namespace {

class ByteWindowGenerator : public TaskGenerator {
public:
  ByteWindowGenerator(WindowProblem problem, ByteWindows windows,
                      std::unique_ptr<TaskGenerator> loops)
      : problem_(std::move(problem)), windows_(std::move(windows)),
        loops_(std::move(loops)) {}

  const Kernel *rewritten() const override { return loops_->rewritten(); }
  void derive_sizes(KernelFrame &frame) override {
    loops_->derive_sizes(frame);
  }

  std::string print_plan() const override {
    return fmt::format("byte windows: words of {} taps, {} rows together\n",
                       windows_.steps, windows_.block_rows);
  }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    ByteWindowTile tile = emit_byte_window_tile(sizes, problem_, windows_);
    return {tile.tasks, tile.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    tile_ = emit_byte_window_tile(*sizes_, problem_, windows_);
  }

  void task(KernelFrame &frame, Value *number) override {
    llvm::IRBuilderBase &b = frame.b;
    Value *begin = b.CreateMul(number, tile_.task_items);
    Value *end = smaller(b, tile_.items, b.CreateAdd(begin, tile_.task_items));
    ByteWindowEmitter emitter(*sizes_, problem_, windows_, tile_);
    emit_for(frame, begin, end, [&](Value *item) {
      emitter.emit(item, b.CreateICmpEQ(item, begin));
    });
  }

private:
  WindowProblem problem_;
  ByteWindows windows_;
  std::unique_ptr<TaskGenerator> loops_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  ByteWindowTile tile_{};
};

} // namespace

std::unique_ptr<TaskGenerator>
byte_window_generator(WindowProblem problem, ByteWindows windows,
                      std::unique_ptr<TaskGenerator> loops) {
  return std::make_unique<ByteWindowGenerator>(
      std::move(problem), std::move(windows), std::move(loops));
}

} // namespace landfall::kernels
