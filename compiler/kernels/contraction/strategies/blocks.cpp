//===- blocks.cpp - Weights that are scaled by blocks of K ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For weights of a few bits: they are read once, where they are, and unpacked
// in registers.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_nest.h"
#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

namespace {

class BlockGenerator : public TaskGenerator {
public:
  BlockGenerator(const ContractionProblem &base, analysis::ScaledFactor weights)
      : base_(base), problem_{base_, std::move(weights)} {}

  std::string print_plan() const override {
    return print(base_.roles) + "  blocks of the first " +
           std::to_string(problem_.weights.outer) + " loops of K\n";
  }
  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    BlockCut cut(sizes, problem_);
    return {cut.tasks(sizes), cut.scratch_bytes};
  }
  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_.emplace(*sizes_, problem_);
  }
  void task(KernelFrame &, llvm::Value *number) override {
    BlockNest(*sizes_, problem_, *cut_).emit(number);
  }

private:
  ContractionProblem base_;
  BlockProblem problem_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  std::optional<BlockCut> cut_;
};

class Blocks : public KernelStrategy {
public:
  std::string_view name() const override { return "blocks"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    if (!is_real(problem.type))
      return Applies::no("it does not sum reals");
    const analysis::ContractionRoles &roles = problem.roles;
    for (const analysis::FactorLoad &load : roles.m_side.loads)
      if (load.panels)
        return Applies::no("the M side is in panels");
    unsigned panels = 0;
    for (const analysis::FactorLoad &load : roles.n_side.loads) {
      if (load.guarded())
        return Applies::no("the N side is loaded under a guard");
      panels += load.panels.has_value();
      if (load.panels && load.panels->steps != 1)
        return Applies::no("the panels are of words");
      if (load.panels &&
          (roles.n_loops != std::vector<uint32_t>{load.panels->variable} ||
           load.panels->width % problem.shape.width != 0))
        return Applies::no("the panels are not of all of their side");
    }
    if (panels != 1)
      return Applies::no("more than one load is from panels");
    auto weights = split_scaled_factor(problem.kernel, roles, roles.n_side);
    if (!weights)
      return Applies::no(weights.error().message);
    return {};
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return std::make_unique<BlockGenerator>(
        problem, analysis::split_scaled_factor(problem.kernel, problem.roles,
                                               problem.roles.n_side)
                     .take());
  }
};

} // namespace

const ContractionStrategy &blocks_strategy() {
  static const Blocks strategy;
  return strategy;
}

} // namespace landfall::kernels
