//===- vector_fold.h - Reductions with lanes of their own ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Vectorized reductions. In scalar code, a `loop` node is a reduction if its
// carried values are used only as an operand of one associative operation (add,
// mul, min, max, and, or, xor). Its iterations are then spread over lanes, each
// with its own accumulator; the lanes are combined at the end in a fixed order.
// Perfectly nested loops that pass the accumulators through are one reduction.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_emitter.h"

#include <optional>

namespace landfall::kernels {

struct VectorFold {
  NodeId loop;      ///< The outermost loop of the nest.
  NodeId lane_loop; ///< The loop of the nest whose iterations are the lanes.
  /// The combining operation of each carried value.
  llvm::SmallVector<ScalarOp, 2> combiners;
  unsigned width; ///< Lanes (at vscale 1).
  /// AccessAnalysis::lane_score of the lane loop: higher is better.
  int score;
};

/// The minimum or maximum that a loop nest computes; nothing if it computes
/// something else, or an inner loop's bounds differ between lanes.
std::optional<FoldedExtreme> find_extreme(const Machine &machine,
                                          const Kernel &kernel, NodeId loop);

/// How to vectorize the reduction; nothing if the loop is none, or if vector
/// code would not pay on this machine.
std::optional<VectorFold> find_vector_fold(const Machine &machine,
                                           const Kernel &kernel, NodeId loop);

/// Emits the reduction within the scalar code of `outer`; returns the final
/// carried values, uniform.
LaneValues emit_vector_fold(BodyEmitter &outer, const VectorFold &fold);

} // namespace landfall::kernels
