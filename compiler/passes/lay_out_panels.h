//===- lay_out_panels.h - Weights in panels ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/passes/weight_layouts.h"
#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Stores constants that are factors of contractions in panels of `width`
/// points of their own result loop, each with all summed dimensions:
/// w[m, c], summed over c, becomes p[m / width, c, m % width], with zeros
/// beyond the last m. A kernel that computes a panel at a time reads it in the
/// order of memory. Bytes and bf16 (kernel_analysis/contraction/
/// narrow_factor.h) lie in words of some steps of the longest summed dimension:
/// p[m / width, d, c / steps, m % width, c % steps], where c is that dimension
/// and d are others; the loop over it is split, and its parts are the
/// innermost. A constant is stored so only if all its uses are plain loads that
/// need the same layout, and if they are among `weights`.
void lay_out_panels(ir::Module::Impl &module, const PanelWeights &weights);

} // namespace landfall::compiler
