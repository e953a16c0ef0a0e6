//===- fold_weights.h - Weights that are dequantised ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Folds what the builder left (ir/fold_constants.h: dequantises_weights), and
/// what follows from it. Runs when dead operations are gone: weights of which
/// only the integers are used are never folded.
void fold_weights(ir::Module::Impl &module);

} // namespace landfall::compiler
