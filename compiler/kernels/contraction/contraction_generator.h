//===- contraction_generator.h - Code for contractions ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_strategy.h"

namespace landfall::kernels {

/// Makes the generator for a kernel of class contraction, from the strategies
/// that apply to it: `strategies` in order, up to the first that takes all
/// sizes. If there are several, the generated code chooses at each launch the
/// first that suits its sizes. The record names the strategies, and the refused
/// ones with their reasons.
///
/// Fails with the reason if analyze_contraction does not accept the kernel's
/// structure, or if no strategy takes all sizes. The caller then uses
/// make_loop_generator, which accepts every contraction, as a map with folds.
/// The kernel and the machine must outlive the generator.
Result<ChosenGenerator>
contraction_generator(const Kernel &kernel, const Machine &machine,
                      std::span<const ContractionStrategy *const> strategies =
                          contraction_strategies());

} // namespace landfall::kernels
