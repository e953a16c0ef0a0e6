//===- loop_generator.cpp - Code for maps and loops -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_generator.h"

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
        plan_(plan_loops(collapsed_.kernel, machine)), local_(local) {
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
  std::string print_plan() const override { return print(plan_); }
  Plan plan(KernelFrame &frame) override {
    return {emit_task_split(frame, plan_).tasks, frame.index(0)};
  }
  void prologue(KernelFrame &frame) override {
    split_ = emit_task_split(frame, plan_);
  }
  void task(KernelFrame &frame, Value *number) override {
    NestEmitter(frame, plan_, split_, local_).emit(number);
  }

private:
  analysis::CollapsedKernel collapsed_;
  LoopPlan plan_;
  TaskSplit split_;
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
