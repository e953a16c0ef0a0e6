//===- contraction_sweep.h - Few rows of sums at memory speed --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// With few rows of M, a product is bound by reading the N side. It is read in
// the order of memory: some steps of K at a time, each from the beginning to
// the end of its row. The elements of the M side for these steps stay in
// registers; the sums, which stay in the first-level cache, are updated once
// for all of them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// The arguments of a sweep. Pointers are to elements of TileShape::type;
/// strides are in elements. All but pointers and `continues` are i64.
struct SweepArguments {
  llvm::Value *m_side;   ///< Row 0, packed: TileShape::m_side_stride() a row.
  llvm::Value *n_side;   ///< Lane 0 of the first step of K, in the operand.
  llvm::Value *n_stride; ///< From one step of K to the next.
  llvm::Value *k;        ///< The number of steps.
  llvm::Value *lanes;    ///< The number of lanes.
  llvm::Value *sums; ///< Lane 0 of row 0, aligned to vectors; whole vectors of
                     ///< them are written.
  llvm::Value *sums_stride; ///< From one row to the next: whole vectors.
  llvm::Value *continues;   ///< i1: add to the sums there, else overwrite.
};

/// Emits the sums of `rows` rows.
void call_sweep(KernelFrame &frame, const TileShape &shape, unsigned rows,
                const SweepArguments &arguments);

} // namespace landfall::kernels
