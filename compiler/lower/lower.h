//===- lower.h - Core IR to program and kernels ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/skipped_steps.h"
#include "ir/module/module.h"
#include "package/package.h"

namespace landfall::compiler {

/// Adds an entry point to the package's program, its kernels and weights.
/// Compute operations become launches, sizes integer instructions, control flow
/// jumps; buffers are placed by plan_memory. Kernels of equal structure are
/// shared, also with entry points that the package already has, and so are
/// equal weights; the module's texts begin with the package's
/// (Builder::continue_texts). Of the steps that may be skipped, share_memory
/// counts here.
Status lower(ir::Module &module, Package &package,
             const SkippedSteps &skipped = {});

} // namespace landfall::compiler
