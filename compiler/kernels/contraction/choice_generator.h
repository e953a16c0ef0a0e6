//===- choice_generator.h - Loop nests that sizes choose among -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// A strategy for whole kernels that does not take all sizes, and its code.
struct KernelOption {
  const KernelStrategy *strategy;
  std::unique_ptr<TaskGenerator> generator;
};

/// Each launch uses the first of the options that its sizes suit, else `last`.
std::unique_ptr<TaskGenerator>
choice_generator(const ContractionProblem &problem,
                 std::vector<KernelOption> options,
                 std::unique_ptr<TaskGenerator> last);

} // namespace landfall::kernels
