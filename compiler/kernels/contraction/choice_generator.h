//===- choice_generator.h - A loop nest chosen by the sizes ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// A KernelStrategy that serves some sizes only, and its generator.
struct KernelOption {
  const KernelStrategy *strategy;
  std::unique_ptr<TaskGenerator> generator;
};

/// A generator of code that chooses at run time: each launch uses the first
/// option whose KernelStrategy::suits is true for its sizes, else `last`.
/// Without options, it is `last` itself.
std::unique_ptr<TaskGenerator>
choice_generator(const ContractionProblem &problem,
                 std::vector<KernelOption> options,
                 std::unique_ptr<TaskGenerator> last);

} // namespace landfall::kernels
