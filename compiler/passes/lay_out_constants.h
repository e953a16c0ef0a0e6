//===- lay_out_constants.h - K-major constant factors --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/passes/weight_layouts.h"
#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Transposes constants that are loaded as factors of contractions so that the
/// summed dimensions are outermost (K-major): w[m, c], summed over c, becomes
/// w[c, m]. A constant is transposed only if all its uses are such loads and
/// need the same order, and if they are among `weights`.
void lay_out_constants(ir::Module::Impl &module, const KMajorWeights &weights);

/// Replaces a constant, all uses of which are loads, by one whose dimension k
/// is its dimension `order[k]`.
void reorder_constant(lf::ConstantOp constant, llvm::ArrayRef<unsigned> order,
                      ir::Module::Impl &module);

} // namespace landfall::compiler
