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
#include "compiler/kernels/contraction/panel_generator.h"

#include <optional>

namespace landfall::kernels {

namespace {

/// The panels of a factor that is nothing but a load from them.
const analysis::Panels *panels_of(const analysis::Factor &factor) {
  bool is_load =
      factor.loads.size() == 1 && factor.loads[0].node == factor.value;
  return is_load && factor.loads[0].panels ? &*factor.loads[0].panels : nullptr;
}

/// Which side is weights in panels.
struct PanelSide {
  analysis::Panels panels;
  bool turned; ///< It is the M side.
};

std::optional<PanelSide> panel_side(const analysis::ContractionRoles &roles) {
  if (const analysis::Panels *panels = panels_of(roles.n_side))
    return PanelSide{*panels, false};
  if (const analysis::Panels *panels = panels_of(roles.m_side))
    return PanelSide{*panels, true};
  return std::nullopt;
}

class PanelStrategy : public KernelStrategy {
public:
  std::string_view name() const override { return "panels"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    const analysis::ContractionRoles &roles = problem.roles;
    std::optional<PanelSide> panels = panel_side(roles);
    if (!panels)
      return Applies::no("more than weights is read from panels");
    const analysis::Factor &side = panels->turned ? roles.m_side : roles.n_side;
    for (const analysis::FactorLoad &other :
         (panels->turned ? roles.n_side : roles.m_side).loads)
      if (other.panels)
        return Applies::no("both sides are in panels");
    const analysis::FactorLoad &load = side.loads[0];
    const std::vector<uint32_t> &loops =
        panels->turned ? roles.m_loops : roles.n_loops;
    if (loops != std::vector<uint32_t>{panels->panels.variable})
      return Applies::no("the panels are not of all of their side");
    if (load.guarded() || problem.kernel.nodes[load.node].type != problem.type)
      return Applies::no("the weights are computed from what is loaded");
    auto spans = analysis::join_loops(side, roles.space, roles.k_loops);
    if (spans.size() > 1 || (spans.size() == 1 &&
                             !(load.offset.coefficient(spans[0].variable) ==
                               analysis::SizePolynomial(panels->panels.width))))
      return Applies::no("the panels are not in the order of K");
    return {};
  }

  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    PanelSide side = *panel_side(problem.roles);
    return panel_generator(problem, side.panels, side.turned);
  }
};

} // namespace

const ContractionStrategy &panels_strategy() {
  static const PanelStrategy strategy;
  return strategy;
}

} // namespace landfall::kernels
