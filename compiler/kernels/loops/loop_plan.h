//===- loop_plan.h - How a kernel's loops are arranged ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The schedule of a kernel's loops: their order, which one is vectorized, which
// are split over tasks, and in which loop each node of the body is computed. A
// node is hoisted as far as its operands allow: a fold that does not depend on
// the column index is computed once per row. The plan depends on the
// description and the machine only, so that the plan and run functions agree.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/recorded_term.h"
#include "compiler/kernels/frame/machine.h"
#include "package/kernel.h"

#include <optional>
#include <string>

namespace landfall::kernels {

/// Results that are neighbours in memory but read from different places:
/// `count` vectors of them are computed side by side, interleaved and stored
/// contiguously (interleave.h).
struct SideBySide {
  unsigned count = 0; ///< 0: nothing of the kind.
  /// The vectors are the iterations of the last loop, and the loop before it
  /// has the lanes. False: the lane loop is the last one; its lanes are `count`
  /// indices apart, and vector k begins at the k-th.
  bool is_last_loop = false;
};

struct LoopPlan {
  std::vector<uint32_t> order; ///< Loop numbers, outermost first.
  /// The first `row_loops` loops of `order` are flattened into one loop over
  /// rows, which is split over tasks.
  size_t row_loops = 0;
  /// The position in `order` of the vectorized ("lane") loop; order.size():
  /// none.
  size_t lane_place = 0;
  unsigned width = 1; ///< Lanes (at vscale 1).
  /// The lane loop is unrolled by this factor.
  unsigned unroll = 1;
  /// The last two loops are tiled by squares that are transposed in registers:
  /// loads are contiguous along the first of them, stores along the second.
  bool tiled = false;
  std::vector<NodeId> transposed; ///< The loads that are transposed.
  SideBySide parts;
  /// In the interior (interior.h) of the last two loops, this many rows are
  /// computed together, so that they share loads; 0: no such blocks.
  unsigned window_rows = 0;
  /// The last loop but one is in blocks of this many rows, inside of the lane
  /// loop, so that rows share indices that lanes load (`shared`); 0: it is not.
  unsigned sharing_rows = 0;
  std::vector<NodeId> shared; ///< Nodes of the body, in order.
  /// Folds of a row that depend on each other. With several, they are computed
  /// for a few rows at a time, fold by fold, so that the rows hide each other's
  /// latencies; otherwise empty.
  std::vector<NodeId> row_folds;
  /// Whether the first loop after the rows may be split over tasks, too.
  bool cuts = false;
  /// For each node of the body: the number of loops of `order` around it.
  std::vector<size_t> depth;
  std::optional<RecordedTerm> recorded; ///< Set by the loop generator.
};

/// The plan of a kernel of class map or loops.
LoopPlan plan_loops(const Kernel &kernel, const Machine &machine);

/// For people.
std::string print(const LoopPlan &plan);

} // namespace landfall::kernels
