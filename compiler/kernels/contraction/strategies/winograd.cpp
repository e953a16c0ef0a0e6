//===- winograd.cpp - Convolutions of 3x3 taps with fewer products --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Winograd's algorithm F(2x2, 3x3): four multiplications for nine, and
// additions that cost little where there are many channels on both sides. All
// of it is in one kernel, task by task, so that transformed squares and sums
// stay in a cache. Windows are transformed at run time, once a task: that takes
// as long as the products of a few squares, and less memory is read. Results
// differ from sums of products by rounding; those that are not finite are
// computed as sums of products.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/winograd_nest.h"

#include <optional>

namespace landfall::kernels {

using llvm::Value;

namespace {

class WinogradGenerator : public TaskGenerator {
public:
  explicit WinogradGenerator(const ContractionProblem &base)
      : base_(base), problem_(base_) {}

  std::string print_plan() const override {
    return print(base_.roles) + "  squares of 2x2 results at once\n";
  }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    WinogradCut cut = emit_winograd_cut(sizes, problem_);
    return {cut.tasks(sizes), cut.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_ = emit_winograd_cut(*sizes_, problem_);
  }

  void task(KernelFrame &, Value *number) override {
    WinogradNest(*sizes_, problem_, cut_).emit(number);
  }

private:
  ContractionProblem base_;
  WinogradProblem problem_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  WinogradCut cut_{};
};

class Winograd : public KernelStrategy {
public:
  std::string_view name() const override { return "winograd"; }
  PanelUse panel_use() const override { return PanelUse::either; }

  Applies applies(const ContractionProblem &problem) const override {
    std::string reason = why_not_winograd(problem);
    return reason.empty() ? Applies{} : Applies::no(reason);
  }

  bool takes_all_sizes(const ContractionProblem &) const override {
    return false;
  }

  Value *suits(SizeCode &sizes,
               const ContractionProblem &problem) const override {
    return emit_winograd_suits(sizes, WinogradProblem(problem));
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return std::make_unique<WinogradGenerator>(problem);
  }
};

} // namespace

const ContractionStrategy &winograd_strategy() {
  static const Winograd strategy;
  return strategy;
}

} // namespace landfall::kernels
