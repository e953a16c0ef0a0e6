//===- window_generator.h - Sums of windows --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"

namespace landfall::kernels {

/// A generator for maps, and for contractions as maps. Those of the form of
/// depthwise convolutions or pools (kernel_analysis/contraction/window_sum.h)
/// are computed with their channels as lanes (window_emitter.h) where a
/// launch's sizes suit that. All others, and the other launches, are the loop
/// generator's.
///
/// Not for scalable machines. The kernel and the machine must outlive it.
ChosenGenerator window_generator(const Kernel &kernel, const Machine &machine,
                                 const GeneratorOptions &options);

} // namespace landfall::kernels
