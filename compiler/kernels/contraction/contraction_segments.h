//===- contraction_segments.h - Vectors of lanes under guards --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Vectors of lanes over several flattened loops. A vector is split where the
// innermost loop wraps around; each segment is loaded by one masked load.
// Vectors with many segments are gathered.
//
//   lanes of a 5 x 5 image:  0 1 2 3 4 | 0 1 2 3 4 | 0 1 2 3 4 | ...
//   a vector of 8 lanes:           [3 4 | 0 1 2 3 4 | 0]      3 segments
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"

namespace landfall::kernels {

/// Lanes with consecutive innermost indices and equal outer indices; or, if the
/// vector is gathered, all lanes with their indices as vectors.
struct Segment {
  llvm::Value *mask = nullptr; ///< Vector of i1: the segment's lanes.
  IndexValues indices;         ///< Scalars (at lane 0), or vectors.
};

struct LaneChunk {
  bool gathered = false;
  llvm::SmallVector<Segment, 4> segments;
};

/// A load at fixed indices of the rows' loops: the offsets and masks of its
/// segments.
struct OpenLoad {
  llvm::Value *base = nullptr; ///< The offset without the lane loops' terms.
  llvm::SmallVector<llvm::Value *, 4> offsets, masks; ///< By segment.
  /// For stride 2: masks of the two vectors that contain the lanes' elements.
  llvm::SmallVector<llvm::Value *, 4> low_masks, high_masks;
};

/// Emits the loads of a factor for one vector of lanes.
class SegmentReader {
public:
  SegmentReader(Packer &packer, LaneChunk chunk)
      : p_(packer), chunk_(std::move(chunk)), b_(packer.b()) {}

  /// Evaluates the guards at these indices of the rows' loops.
  OpenLoad open(size_t load, const IndexValues &row_indices);
  /// The load's value at the opened offset plus `moved` (i64, in elements).
  /// Loads that its `other` value depends on must be set in `code`.
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

/// The mask of the lanes with numbers in [low, high).
llvm::Value *lanes_between(Packer &packer, llvm::Value *low, llvm::Value *high);

} // namespace landfall::kernels
