//===- contraction_generator.h - Code for contractions ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// The generator for a kernel of class contraction: matrix products and
/// convolutions of every kind, by the first of the strategies that applies or
/// by those that share a loop nest. Refuses, with the reason, a structure that
/// it has no good code for; such kernels are maps with a fold. The kernel and
/// the machine must outlive the generator.
Result<ChosenGenerator>
contraction_generator(const Kernel &kernel, const Machine &machine,
                      std::span<const ContractionStrategy *const> strategies =
                          contraction_strategies());

} // namespace landfall::kernels
