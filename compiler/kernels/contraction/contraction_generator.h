//===- contraction_generator.h - Kernels that sum products -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/machine.h"
#include "compiler/kernels/frame/task_generator.h"

#include <memory>

namespace landfall::kernels {

/// The generator for a kernel of class contraction: matrix products and
/// convolutions of every kind. Refuses, with the reason, a structure that it
/// has no good code for; such kernels are maps with a fold.
Result<std::unique_ptr<TaskGenerator>>
contraction_generator(const Kernel &kernel, const Machine &machine);

} // namespace landfall::kernels
