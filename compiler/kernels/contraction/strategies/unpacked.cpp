//===- unpacked.cpp - Weights of few bits, unpacked for many rows ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"
#include "compiler/kernels/contraction/panel_generator.h"

namespace landfall::kernels {

namespace {

class Unpacked : public KernelStrategy {
public:
  std::string_view name() const override { return "unpacked"; }
  PanelUse panel_use() const override { return PanelUse::only; }

  Applies applies(const ContractionProblem &problem) const override {
    Result<BlockProblem> found = find_block_problem(problem);
    if (!found)
      return Applies::no(found.error().message);
    if (found->rows)
      return Applies::no("the weights are multiplied as bytes");
    return {};
  }
  std::unique_ptr<TaskGenerator>
  generator(const ContractionProblem &problem) const override {
    return unpacked_generator(find_block_problem(problem).take());
  }
};

} // namespace

const ContractionStrategy &unpacked_strategy() {
  static const Unpacked strategy;
  return strategy;
}

} // namespace landfall::kernels
