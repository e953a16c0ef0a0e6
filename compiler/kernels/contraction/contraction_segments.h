//===- contraction_segments.h - Vectors of lanes under guards --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A vector of lanes is cut where the innermost loop starts anew: a few
// segments, each one masked load from memory of its own. Vectors of more
// segments than that are gathered.
//
//   lanes of a 5 x 5 image:  0 1 2 3 4 | 0 1 2 3 4 | 0 1 2 3 4 | ...
//   a vector of 8 lanes:           [3 4 | 0 1 2 3 4 | 0]      3 segments
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"

namespace landfall::kernels {

/// Lanes whose innermost index is that of lane 0 + lane, and the other lane
/// loops' indices the same; or, gathered, all indices as vectors.
struct Segment {
  llvm::Value *mask = nullptr; ///< i1 a lane.
  IndexValues indices;         ///< Scalars at lane 0, or vectors.
};

struct LaneChunk {
  bool gathered = false;
  llvm::SmallVector<Segment, 4> segments;
};

/// A load where its rows' loops are fixed: which lanes may touch what.
struct OpenLoad {
  llvm::Value *base = nullptr; ///< The offset without the lane loops' terms.
  llvm::SmallVector<llvm::Value *, 4> offsets, masks; ///< One a segment.
  /// Where neighbours are two elements apart: masks of the first and the last
  /// vector that the lanes' elements lie in.
  llvm::SmallVector<llvm::Value *, 4> low_masks, high_masks;
};

/// Reads a factor's loads for the lanes of one chunk.
class SegmentReader {
public:
  SegmentReader(Packer &packer, LaneChunk chunk)
      : p_(packer), chunk_(std::move(chunk)), b_(packer.b()) {}

  /// Works out what the guards say at these indices of the rows' loops.
  OpenLoad open(size_t load, const IndexValues &row_indices);
  /// The load's value, `moved` (i64) elements on. Loads that its `other` needs
  /// must be set in `code`.
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

/// Lanes with numbers in [low, high), as a mask.
llvm::Value *lanes_between(Packer &packer, llvm::Value *low, llvm::Value *high);

} // namespace landfall::kernels
