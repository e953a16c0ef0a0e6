//===- block_unpack.h - Unpacking weights for many rows --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_problem.h"
#include "compiler/kernels/contraction/contraction_code.h"

namespace landfall::kernels {

class BlockProducts;

/// Where unpacked weights go: panels [step of the run][points of a panel].
struct UnpackTarget {
  llvm::Value *panels; ///< The address of panel 0, of the task's first point.
  int64_t width;       ///< Points of a panel: whole vectors.
  llvm::Value *stride; ///< From one panel to the next, in elements (i64).
};

/// Emits the values of the weights' factor at the steps of a run, which is of
/// whole blocks, for a task's points.
void emit_unpacked(BlockProducts &products, const Interval &run,
                   const Interval &points, const IndexValues &batch,
                   const UnpackTarget &target);

} // namespace landfall::kernels
