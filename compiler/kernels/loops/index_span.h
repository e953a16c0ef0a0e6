//===- index_span.h - Bounds of sums of indices ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Sums of loop indices, sizes and constants, times constants: how far they
// reach while loops run is known from the loops' bounds.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"
#include "kernel_analysis/access/simple_indices.h"

#include <functional>
#include <optional>

namespace landfall::kernels {

/// Both ends included.
struct IndexRange {
  llvm::Value *low;
  llvm::Value *high;
};

/// slope * index + [low, high], over all values of the inner indices.
struct IndexSpan {
  int64_t slope;
  llvm::Value *low;
  llvm::Value *high;
};

/// Emits spans of simple indices.
class SpanCode {
public:
  using Known = std::function<std::optional<IndexRange>(NodeId index)>;

  /// `lane_index` is the index that has the slope; `no_node`: none. `known` is
  /// asked for the range of a parallel index; without one it has all its
  /// values.
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
