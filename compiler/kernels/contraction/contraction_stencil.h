//===- contraction_stencil.h - Sums of a few taps --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Contractions without row loops and with few, constant depths, such as
// depthwise convolutions: nothing would be used twice, so nothing is packed.
// Each vector of results sums its taps straight from memory, without masks
// where all of them are inside the operand.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"
#include "kernel_analysis/contraction/contraction_roles.h"

#include <memory>

namespace landfall::kernels {

bool is_stencil(const analysis::ContractionRoles &roles);

std::unique_ptr<TaskGenerator>
stencil_generator(const Kernel &kernel, const Machine &machine,
                  analysis::ContractionRoles roles);

} // namespace landfall::kernels
