//===- vector_fold.h - Reductions with lanes of their own ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// In scalar code, a `loop` node whose carried values are only ever combined by
// an associative operation (sum, product, minimum, maximum, ...) is a
// reduction. It may run on many lanes, each with its own accumulator, combined
// at the end in a fixed order. Directly nested loops that pass the accumulators
// through count as one reduction.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_emitter.h"

#include <optional>

namespace landfall::kernels {

struct VectorFold {
  NodeId loop;                              ///< The outermost loop.
  NodeId lane_loop;                         ///< Whose index runs over lanes.
  llvm::SmallVector<ScalarOp, 2> combiners; ///< One a carried value.
  unsigned width;
  int score; ///< How well its loads suit these lanes.
};

/// Of a loop, or of loops with bounds that all lanes share that pass the
/// carried value through.
std::optional<FoldedExtreme> find_extreme(const Machine &machine,
                                          const Kernel &kernel, NodeId loop);

/// Whether the loop is a reduction worth vector code on this machine.
std::optional<VectorFold> find_vector_fold(const Machine &machine,
                                           const Kernel &kernel, NodeId loop);

/// Emits it within scalar code; the final carried values.
LaneValues emit_vector_fold(BodyEmitter &outer, const VectorFold &fold);

} // namespace landfall::kernels
