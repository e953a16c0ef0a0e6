//===- canonicalize.h - DCE and CSE -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Folds trivial index arithmetic (x + 0, x * 1, literals), merges equal
/// operations (upstream CSE), composes reshapes and erases what nothing uses.
/// Afterwards every operation is used or has an effect.
void canonicalize(ir::Module::Impl &module);

} // namespace landfall::compiler
