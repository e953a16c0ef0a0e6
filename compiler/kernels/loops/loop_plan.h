//===- loop_plan.h - How a kernel's loops are arranged ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Decided from the description alone, so that planning and running a kernel
// agree: which loop stands where, which one runs over lanes, where each node of
// the body is computed. A node stands in the outermost loop that it can: a fold
// that does not depend on the column index is computed once a row.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/machine.h"
#include "package/kernel.h"

namespace landfall::kernels {

struct LoopPlan {
  std::vector<uint32_t> order; ///< Loop numbers, outermost first.
  /// The first loops, flattened into rows; rows are dealt out to tasks.
  size_t row_loops = 0;
  /// The place in `order` of the loop over lanes; order.size(): none.
  size_t lane_place = 0;
  unsigned width = 1; ///< Lanes.
  /// The loop over lanes takes so many groups at once while it can.
  unsigned unroll = 1;
  /// Walks the last two loops in square tiles: what is read along the first of
  /// them is written along the second.
  bool tiled = false;
  std::vector<NodeId> transposed; ///< The loads that tiles are for.
  /// Walks the last two loops in blocks of so many rows where the guards hold,
  /// and row by row elsewhere; 0: not at all.
  unsigned window_rows = 0;
  /// Whether the first loop after the rows may be cut between tasks.
  bool cuts = false;
  /// For each node of the body: how many of the ordered loops it stands in.
  std::vector<size_t> depth;
};

/// For maps and loops.
LoopPlan plan_loops(const Kernel &kernel, const Machine &machine);

} // namespace landfall::kernels
