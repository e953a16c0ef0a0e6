//===- column_plan.h - Rows of one element ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

/// The plan of a light map for launches in which its last loop, whose extent
/// only they know, has one iteration: the loop before it has the lanes, as its
/// results and what it loads are contiguous then. Nothing where `usual`, its
/// plan for all other launches, serves these too, or where the code would be
/// long.
std::optional<LoopPlan> plan_one_column(const Kernel &kernel,
                                        const Machine &machine,
                                        const LoopPlan &usual);

} // namespace landfall::kernels
