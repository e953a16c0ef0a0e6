//===- window_generator.cpp - Sums of windows -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_generator.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/loops/loop_generator.h"
#include "compiler/kernels/windows/byte_channels.h"
#include "compiler/kernels/windows/byte_window_generator.h"
#include "compiler/kernels/windows/window_emitter.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class WindowGenerator : public TaskGenerator {
public:
  WindowGenerator(WindowProblem problem, std::unique_ptr<TaskGenerator> loops)
      : problem_(std::move(problem)), loops_(std::move(loops)) {}

  const Kernel *rewritten() const override { return loops_->rewritten(); }
  void derive_sizes(KernelFrame &frame) override {
    loops_->derive_sizes(frame);
  }
  std::string print_plan() const override {
    return problem_.suits_all_sizes() ? "" : loops_->print_plan();
  }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    WindowTile tile = emit_window_tile(sizes, problem_);
    if (problem_.suits_all_sizes())
      return {tile.tasks, tile.scratch_bytes};
    Plan loops = loops_->plan(frame);
    auto choose = [&](Value *here, Value *there) {
      return frame.b.CreateSelect(tile.suits, here, there);
    };
    return {choose(tile.tasks, loops.tasks),
            choose(tile.scratch_bytes, loops.scratch_bytes)};
  }

  void prologue(KernelFrame &frame) override {
    if (!problem_.suits_all_sizes())
      loops_->prologue(frame);
    sizes_.emplace(frame);
    tile_ = emit_window_tile(*sizes_, problem_);
  }

  void task(KernelFrame &frame, Value *number) override {
    if (problem_.suits_all_sizes())
      return emit_items(frame, number);
    emit_if(
        frame, tile_.suits, [&] { return emit_items(frame, number), Values(); },
        [&] { return loops_->task(frame, number), Values(); });
  }

private:
  void emit_items(KernelFrame &frame, Value *number) {
    llvm::IRBuilderBase &b = frame.b;
    Value *begin = b.CreateMul(number, tile_.task_items);
    Value *end = smaller(b, tile_.items, b.CreateAdd(begin, tile_.task_items));
    WindowEmitter emitter(*sizes_, problem_, tile_);
    emit_for(frame, begin, end, [&](Value *item) {
      emitter.emit(item, b.CreateICmpEQ(item, begin));
    });
  }

  WindowProblem problem_;
  std::unique_ptr<TaskGenerator> loops_;
  // Of the run function being emitted.
  std::optional<SizeCode> sizes_;
  WindowTile tile_{};
};

} // namespace

ChosenGenerator window_generator(const Kernel &kernel, const Machine &machine,
                                 const GeneratorOptions &options) {
  std::unique_ptr<TaskGenerator> loops =
      make_loop_generator(kernel, machine, nullptr, options);
  const Kernel &rewritten = *loops->rewritten();
  GenerationRecord record{"loops", {}};
  if (options.skipped.has("windows"))
    return {std::move(loops), std::move(record)};
  Result<analysis::WindowSum> sum = analysis::find_window_sum(rewritten);
  // Squares of narrow elements are long code; their windows are few vectors.
  if (!sum || (!sum->has_weights() && size_of(sum->type) < 4))
    return {std::move(loops), std::move(record)};
  WindowProblem problem(rewritten, machine, sum.take());
  if (problem.width < 2)
    return {std::move(loops), std::move(record)};
  Result<ByteWindows> bytes = find_byte_windows(problem);
  if (bytes && !options.skipped.has("byte_windows")) {
    auto make =
        problem.channels_last ? byte_channels_generator : byte_window_generator;
    return {make(std::move(problem), bytes.take(), std::move(loops)),
            {"byte_windows", {}}};
  }
  if (!bytes && !is_real(problem.sum.type))
    record.refusals.push_back({"byte_windows", bytes.error().message});
  record.generator = problem.suits_all_sizes() ? "windows" : "windows or loops";
  return {
      std::make_unique<WindowGenerator>(std::move(problem), std::move(loops)),
      std::move(record)};
}

} // namespace landfall::kernels
