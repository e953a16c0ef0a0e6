//===- index_span.h - Bounds of sums of indices ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Interval analysis at run time: emits code for the least and greatest value of
// an index expression (kernel_analysis/access/simple_indices.h) over the ranges
// of the loops around it.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"
#include "kernel_analysis/access/simple_indices.h"

#include <functional>
#include <optional>

namespace landfall::kernels {

/// The interval [low, high], i64 values.
struct IndexRange {
  llvm::Value *low;
  llvm::Value *high;
};

/// All values of an expression, for a given lane index and any values of the
/// other indices: slope * lane_index + [low, high].
struct IndexSpan {
  int64_t slope;
  llvm::Value *low;
  llvm::Value *high;
};

/// Emits the spans of index expressions of a kernel.
class SpanCode {
public:
  using Known = std::function<std::optional<IndexRange>(NodeId index)>;

  /// `lane_index`: the index that is kept symbolic as `slope`; `no_node`: none.
  /// `known` returns the range of a parallel loop's index if it is restricted
  /// (say, to one value); else it is [0, extent - 1].
  SpanCode(KernelFrame &frame, const analysis::SimpleIndices &simple,
           NodeId lane_index, Known known)
      : frame_(frame), b(frame.b), simple_(simple), lane_index_(lane_index),
        known_(std::move(known)) {}

  IndexSpan span(NodeId id);
  IndexSpan difference(const IndexSpan &x, const IndexSpan &y) {
    return {x.slope - y.slope, b.CreateSub(x.low, y.high),
            b.CreateSub(x.high, y.low)};
  }

private:
  const Node &at(NodeId id) { return frame_.kernel.nodes[id]; }
  IndexSpan exact(llvm::Value *value) { return {0, value, value}; }
  IndexSpan index(NodeId id);
  IndexSpan scalar(const Node &node);
  IndexSpan scaled(const IndexSpan &x, int64_t factor);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const analysis::SimpleIndices &simple_;
  NodeId lane_index_;
  Known known_;
};

} // namespace landfall::kernels
