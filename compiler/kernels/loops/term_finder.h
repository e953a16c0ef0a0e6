//===- term_finder.h - Terms of a fold that the body repeats ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

/// The most costly node of a fold over all of the innermost loop that the body
/// computes again; nothing if there is none, or if the result's memory cannot
/// hold it until then. `plan` needs no `recorded` yet.
std::optional<RecordedTerm> find_recorded_term(const Kernel &kernel,
                                               const LoopPlan &plan);

} // namespace landfall::kernels
