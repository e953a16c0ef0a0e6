//===- canonicalize.h - Folding, CSE and dead code elimination --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/skipped_steps.h"
#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Canonicalizes all graphs and bodies: folds i64 arithmetic (identities such
/// as x + 0 and x * 1, and operations on two literals) and selects with a known
/// result, makes known limits (min, max) literals, composes reshapes, merges
/// equal operations (merge_equal.h), and erases operations whose results are
/// unused, unless they have side effects.
void canonicalize(ir::Module::Impl &module, const SkippedSteps &skipped = {});

} // namespace landfall::compiler
