//===- contraction_segments.h - Guarded loads across loops ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Loads of a factor for one vector, whose lanes are consecutive points of
// several flattened loops (for a convolution: the rows and columns of the
// image) and may be excluded by guards (padding). Addresses are linear in the
// lane only until the innermost loop starts again, so the vector is split there
// into segments, each loaded by one masked load. A vector of too many segments
// is loaded by one gather.
//
//   columns in a 5 x 5 image:  0 1 2 3 4 | 0 1 2 3 4 | 0 1 2 3 4 | ...
//   a vector of 8 lanes:             [3 4 | 0 1 2 3 4 | 0]      3 segments
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"

namespace landfall::kernels {

/// Lanes with consecutive indices of the innermost loop and equal indices of
/// the outer ones; in a gathered vector, all its lanes.
struct Segment {
  llvm::Value *mask = nullptr; ///< Vector of i1: the lanes of the segment.
  /// The indices of the lane loops. Scalars: those of lane 0, extrapolated if
  /// the segment begins later (so the innermost may be negative). In a gathered
  /// vector: vectors, with the indices of each lane.
  IndexValues indices;
};

/// The lanes of one vector; exactly one segment if it is gathered.
struct LaneChunk {
  bool gathered = false;
  llvm::SmallVector<Segment, 4> segments;
  bool guards_hold = false; ///< In all lanes: they are not evaluated.
};

/// A load for which offsets and guards have been evaluated, at fixed indices of
/// the row loops. Offsets are in elements.
struct OpenLoad {
  llvm::Value *base = nullptr; ///< The offset without the lane loops' terms.
  /// By segment: the offset at lane 0 (gathered: of each lane), and the mask of
  /// its lanes in which the guard holds.
  llvm::SmallVector<llvm::Value *, 4> offsets, masks;
  /// By segment, for direct loads with a stride of 2 elements: two consecutive
  /// vectors of memory contain the elements of all lanes; these are the masks
  /// of their loads. Empty for other loads.
  llvm::SmallVector<llvm::Value *, 4> low_masks, high_masks;
};

/// Emits the loads of a factor for one vector of lanes.
class SegmentReader {
public:
  SegmentReader(Packer &packer, LaneChunk chunk)
      : p_(packer), chunk_(std::move(chunk)), b_(packer.b()) {}

  /// Evaluates the offsets and guards of load number `load` of the factor.
  /// `row_indices` are the indices of the row loops, without that of the stream
  /// (contraction_rows.h), which no guard depends on.
  OpenLoad open(size_t load, const IndexValues &row_indices);
  /// The load's value at the opened offsets plus `moved` (i64, in elements);
  /// lanes in which the guard is false hold its `other` value. Loads that
  /// `other` depends on must have been set in `code`.
  LaneValue read(size_t load, const OpenLoad &open, llvm::Value *moved,
                 FactorCode &code);

private:
  llvm::Value *along_segment(llvm::Value *base, const analysis::Affine &form,
                             const Segment &segment);
  llvm::Value *restrict(llvm::Value *mask, const analysis::Affine &condition,
                        llvm::Value *form);
  void add_masks(OpenLoad &open, size_t load, llvm::Value *mask,
                 llvm::Value *holds);
  bool is_direct(size_t load);
  llvm::Value *read_direct(size_t load, const OpenLoad &open, size_t segment,
                           llvm::Value *offset, llvm::Value *other);
  bool uses_lanes(const analysis::Affine &form);

  Packer &p_;
  LaneChunk chunk_;
  llvm::IRBuilderBase &b_;
};

/// A vector of i1: true in the lanes with numbers in [low, high).
llvm::Value *lanes_between(Packer &packer, llvm::Value *low, llvm::Value *high);

} // namespace landfall::kernels
