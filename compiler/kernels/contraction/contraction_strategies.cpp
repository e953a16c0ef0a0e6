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

} // namespace landfall::kernels
