//===- panels.cpp - Weights in panels, read where they are ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The compiler has stored the weights in the order in which blocks of sums read
// them (compiler/passes/lay_out_panels.h), so only the other factor is packed.
// Vectors are points of the weights: of N if they are the N side, of M if they
// are the M side (the output channels of a convolution). Weights of f16 and
// bf16 stay so in memory; blocks convert them as they read them.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_generator.h"
#include "compiler/kernels/contraction/weight_panels.h"
#include "compiler/kernels/contraction/word_sides.h"

#include <optional>

namespace landfall::kernels {

namespace {

/// What is loaded, if a factor is nothing but a load of weights: of the
/// accumulator's type, or of f16 or bf16, which blocks convert to f32.
Result<analysis::Factor> loaded_weights(const ContractionProblem &problem,
                                        const analysis::Factor &factor) {
  const std::vector<Node> &nodes = problem.kernel.nodes;
  const Node &value = nodes[factor.value];
  if (value.kind == NodeKind::load && value.type == problem.type)
    return factor;
  bool is_narrow = value.kind == NodeKind::scalar &&
                   value.op == ScalarOp::cast && value.type == DType::f32 &&
                   (nodes[value.args[0]].type == DType::f16 ||
                    nodes[value.args[0]].type == DType::bf16);
  if (!is_narrow)
    return Error{ErrorCode::unsupported,
                 "the weights are computed from what is loaded"};
  return analysis::read_factor(problem.kernel, problem.roles.space,
                               value.args[0], analysis::PanelLoads::read);
}

/// Which side is weights in panels.
struct PanelSide {
  analysis::Panels panels;
  bool turned; ///< It is the M side.
};

std::optional<PanelSide> panel_side(const analysis::ContractionRoles &roles) {
  for (bool turned : {false, true})
    for (const analysis::FactorLoad &load :
         (turned ? roles.m_side : roles.n_side).loads)
      if (load.panels)
        return PanelSide{*load.panels, turned};
  return std::nullopt;
}

class PanelStrategy : public KernelStrategy {
public:
  std::string_view name() const override { return "panels"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    const analysis::ContractionRoles &roles = problem.roles;
    PanelSide panels = *panel_side(roles);
    const analysis::Factor &side = panels.turned ? roles.m_side : roles.n_side;
    for (const analysis::FactorLoad &other :
         (panels.turned ? roles.n_side : roles.m_side).loads)
      if (other.panels)
        return Applies::no("both sides are in panels");
    if (is_real(problem.type) && find_word_sides(problem))
      return Applies::no("there are instructions for products of bf16");
    Result<analysis::Factor> weights = loaded_weights(problem, side);
    if (!weights)
      return Applies::no(weights.error().message);
    std::string reason =
        why_not_in_order(roles, *weights, panels.panels,
                         panels.turned ? roles.m_loops : roles.n_loops);
    return reason.empty() ? Applies{} : Applies::no(reason);
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
