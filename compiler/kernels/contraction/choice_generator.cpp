//===- choice_generator.cpp - A loop nest chosen by the sizes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/choice_generator.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class ChoiceGenerator : public TaskGenerator {
public:
  ChoiceGenerator(const ContractionProblem &problem,
                  std::vector<KernelOption> options,
                  std::unique_ptr<TaskGenerator> last)
      : problem_(problem), options_(std::move(options)),
        last_(std::move(last)) {}

  std::string print_plan() const override { return last_->print_plan(); }

  Plan plan(KernelFrame &frame) override {
    std::vector<Value *> suits = conditions(frame);
    Plan plan = last_->plan(frame);
    for (size_t k = options_.size(); k-- > 0;) {
      Plan here = options_[k].generator->plan(frame);
      plan.tasks = frame.b.CreateSelect(suits[k], here.tasks, plan.tasks);
      plan.scratch_bytes = frame.b.CreateSelect(suits[k], here.scratch_bytes,
                                                plan.scratch_bytes);
    }
    return plan;
  }

  void prologue(KernelFrame &frame) override {
    suits_ = conditions(frame);
    for (KernelOption &option : options_)
      option.generator->prologue(frame);
    last_->prologue(frame);
  }

  void task(KernelFrame &frame, Value *number) override {
    emit_from(0, frame, number);
  }

private:
  std::vector<Value *> conditions(KernelFrame &frame) {
    SizeCode sizes(frame);
    std::vector<Value *> suits;
    for (const KernelOption &option : options_)
      suits.push_back(option.strategy->suits(sizes, problem_));
    return suits;
  }

  /// Emits the task with the first suitable option from `option` on.
  Values emit_from(size_t option, KernelFrame &frame, Value *number) {
    if (option == options_.size())
      return last_->task(frame, number), Values();
    return emit_if(
        frame, suits_[option],
        [&] {
          return options_[option].generator->task(frame, number), Values();
        },
        [&] { return emit_from(option + 1, frame, number); });
  }

  ContractionProblem problem_;
  std::vector<KernelOption> options_;
  std::unique_ptr<TaskGenerator> last_;
  /// By option: i1, whether it suits the sizes; set by `prologue`.
  std::vector<Value *> suits_;
};

} // namespace

std::unique_ptr<TaskGenerator>
choice_generator(const ContractionProblem &problem,
                 std::vector<KernelOption> options,
                 std::unique_ptr<TaskGenerator> last) {
  if (options.empty())
    return last;
  return std::make_unique<ChoiceGenerator>(problem, std::move(options),
                                           std::move(last));
}

} // namespace landfall::kernels
