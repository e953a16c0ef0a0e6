//===- contraction_strategies.cpp - The list of strategies ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

#define STRATEGY(name) const ContractionStrategy &name##_strategy();
#include "compiler/kernels/contraction/contraction_strategies.def"
#undef STRATEGY

std::span<const ContractionStrategy *const> contraction_strategies() {
  static const ContractionStrategy *const strategies[] = {
#define STRATEGY(name) &name##_strategy(),
#include "compiler/kernels/contraction/contraction_strategies.def"
#undef STRATEGY
  };
  return strategies;
}

std::vector<const ContractionStrategy *>
contraction_strategies(const SkippedSteps &skipped) {
  std::vector<const ContractionStrategy *> left;
  for (const ContractionStrategy *strategy : contraction_strategies())
    if (!skipped.has(strategy->name()))
      left.push_back(strategy);
  return left;
}

} // namespace landfall::kernels
