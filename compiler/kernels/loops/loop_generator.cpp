//===- loop_generator.cpp - Code for maps and loops -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_generator.h"

#include "compiler/kernels/loops/column_plan.h"
#include "compiler/kernels/loops/nest_emitter.h"
#include "compiler/kernels/loops/term_finder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class LoopGenerator : public TaskGenerator {
public:
  LoopGenerator(analysis::CollapsedKernel collapsed, const Machine &machine,
                const LocalMemory *local)
      : collapsed_(std::move(collapsed)),
        plan_(plan_loops(collapsed_.kernel, machine)),
        column_plan_(plan_one_column(collapsed_.kernel, machine, plan_)),
        local_(local) {
    // Beside a scratchpad, the results' memory is slow.
    if (!local)
      plan_.recorded = find_recorded_term(collapsed_.kernel, plan_);
  }

  const Kernel *rewritten() const override { return &collapsed_.kernel; }
  void derive_sizes(KernelFrame &frame) override {
    auto value = [&](const Extent &e) { return frame.extent(e); };
    for (const analysis::SizeProduct &product : collapsed_.products)
      frame.sizes.push_back(
          frame.b.CreateMul(value(product.outer), value(product.inner)));
  }
  std::string print_plan() const override {
    std::string text = print(plan_);
    return column_plan_
               ? text + "for rows of one element:\n" + print(*column_plan_)
               : text;
  }
  Plan plan(KernelFrame &frame) override {
    Value *tasks = emit_task_split(frame, plan_).tasks;
    if (column_plan_)
      tasks = frame.b.CreateSelect(has_one_column(frame),
                                   emit_task_split(frame, *column_plan_).tasks,
                                   tasks);
    return {tasks, frame.index(0)};
  }
  void prologue(KernelFrame &frame) override {
    split_ = emit_task_split(frame, plan_);
    if (column_plan_)
      column_split_ = emit_task_split(frame, *column_plan_);
  }
  void task(KernelFrame &frame, Value *number) override {
    auto nest = [&](const LoopPlan &plan, const TaskSplit &split) {
      NestEmitter(frame, plan, split, local_).emit(number);
      return Values();
    };
    if (!column_plan_) {
      nest(plan_, split_);
      return;
    }
    emit_if(
        frame, has_one_column(frame),
        [&] {
          // The code knows that it has, so that strides are constants.
          Value *one = frame.index(1);
          std::swap(frame.sizes[columns().value], one);
          nest(*column_plan_, column_split_);
          std::swap(frame.sizes[columns().value], one);
          return Values();
        },
        [&] { return nest(plan_, split_); });
  }

private:
  /// The last loop's extent; with `column_plan_`, one that only launches know.
  const Extent &columns() const { return collapsed_.kernel.loops.back(); }
  /// i1: this launch is one for `column_plan_`.
  Value *has_one_column(KernelFrame &frame) const {
    return frame.b.CreateICmpEQ(frame.extent(columns()), frame.index(1));
  }

  analysis::CollapsedKernel collapsed_;
  LoopPlan plan_;
  std::optional<LoopPlan> column_plan_;
  TaskSplit split_, column_split_;
  const LocalMemory *local_;
};

/// Machines that do not fuse multiplications and additions compute an `fma` in
/// many instructions, so that none is formed for them.
SkippedSteps skipped_for(const Machine &machine, const SkippedSteps &skipped) {
  if (machine.vector.fuses_multiply_adds)
    return skipped;
  std::vector<std::string> names = skipped.names();
  names.push_back("form_fma");
  return SkippedSteps(std::move(names));
}

} // namespace

std::unique_ptr<TaskGenerator>
make_loop_generator(const Kernel &kernel, const Machine &machine,
                    const LocalMemory *local, const GeneratorOptions &options) {
  return std::make_unique<LoopGenerator>(
      analysis::rewrite(kernel, options.observer,
                        skipped_for(machine, options.skipped)),
      machine, local);
}

} // namespace landfall::kernels
