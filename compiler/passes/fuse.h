//===- fuse.h - Producers and consumers into one kernel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/skipped_steps.h"
#include "compiler/passes/fusion_guard.h"

namespace landfall::compiler {

/// Fuses operations by three rules, which keep results unchanged and do not
/// repeat expensive computations:
///  * producer into consumer: a load of a `map`'s result is replaced by that
///    map's body, evaluated at the load's indices;
///  * epilogue: a `map` that reads a contraction's result at its own point only
///    becomes part of the contraction's epilogue;
///  * reshape: a `map` that reads a reshaped contraction at its own point only
///    is moved before the reshape, so that the epilogue rule applies.
void fuse(ir::Module::Impl &module, const SkippedSteps &skipped = {});
/// The same without the fusions that the guard refuses.
void fuse(ir::Module::Impl &module, const SkippedSteps &skipped,
          const FusionGuard &guard);

} // namespace landfall::compiler
