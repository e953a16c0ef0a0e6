//===- panels.cpp - Weights in panels, read where they are ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The compiler has stored the weights in the order in which blocks of sums read
// them (compiler/passes/lay_out_panels.h), so only the other factor is packed.
// Vectors are points of the weights: of N if they are the N side, of M if they
// are the M side (the output channels of a convolution).
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_nest.h"

#include <optional>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The panels of a factor that is nothing but a load from them.
const analysis::Panels *panels_of(const analysis::Factor &factor) {
  bool is_load =
      factor.loads.size() == 1 && factor.loads[0].node == factor.value;
  return is_load && factor.loads[0].panels ? &*factor.loads[0].panels : nullptr;
}

std::optional<PanelProblem> panel_problem(const ContractionProblem &problem) {
  if (const analysis::Panels *panels = panels_of(problem.roles.n_side))
    return PanelProblem{problem, *panels, false};
  if (const analysis::Panels *panels = panels_of(problem.roles.m_side))
    return PanelProblem{problem, *panels, true};
  return std::nullopt;
}

class PanelGenerator : public TaskGenerator {
public:
  explicit PanelGenerator(const ContractionProblem &problem)
      : base_(problem), problem_{base_, panel_problem(problem)->panels,
                                 panel_problem(problem)->turned} {}

  std::string print_plan() const override {
    return print(base_.roles) +
           (problem_.turned ? "  sums are turned before they are stored\n"
                            : "");
  }

  Plan plan(KernelFrame &frame) override {
    SizeCode sizes(frame);
    PanelCut cut = emit_panel_cut(sizes, problem_);
    return {cut.tasks(sizes), cut.scratch_bytes};
  }

  void prologue(KernelFrame &frame) override {
    sizes_.emplace(frame);
    cut_ = emit_panel_cut(*sizes_, problem_);
  }

  void task(KernelFrame &, Value *number) override {
    PanelNest(*sizes_, problem_, cut_).emit(number);
  }

private:
  ContractionProblem base_;
  PanelProblem problem_;
  // For the run function that is being emitted; set by `prologue`.
  std::optional<SizeCode> sizes_;
  PanelCut cut_{};
};

class PanelStrategy : public KernelStrategy {
public:
  std::string_view name() const override { return "panels"; }
  bool reads_panels() const override { return true; }

  Applies applies(const ContractionProblem &problem) const override {
    std::optional<PanelProblem> panels = panel_problem(problem);
    if (!panels)
      return Applies::no("more than weights is read from panels");
    const analysis::FactorLoad &load = panels->weights();
    const std::vector<uint32_t> &loops =
        panels->turned ? problem.roles.m_loops : problem.roles.n_loops;
    if (loops != std::vector<uint32_t>{panels->panels.variable})
      return Applies::no("the panels are not of all of their side");
    if (load.guarded() || problem.kernel.nodes[load.node].type != problem.type)
      return Applies::no("the weights are computed from what is loaded");
    auto spans = analysis::join_loops(
        panels->turned ? problem.roles.m_side : problem.roles.n_side,
        problem.roles.space, problem.roles.k_loops);
    if (spans.size() > 1 || (spans.size() == 1 &&
                             !(load.offset.coefficient(spans[0].variable) ==
                               analysis::SizePolynomial(panels->panels.width))))
      return Applies::no("the panels are not in the order of K");
    return {};
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return std::make_unique<PanelGenerator>(problem);
  }
};

} // namespace

const ContractionStrategy &panels_strategy() {
  static const PanelStrategy strategy;
  return strategy;
}

} // namespace landfall::kernels
