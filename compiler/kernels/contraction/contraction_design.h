//===- contraction_design.h - How a contraction will be made ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/contraction/contraction_tile.h"

namespace landfall::kernels {

/// How blocks of sums are made; sizes choose at run time.
enum class SumWay : int64_t {
  packed,    ///< From both sides packed.
  streamed,  ///< From the lane side in place: few rows use it.
  dot_lanes, ///< Few rows, and the lane side runs along the depth.
  dot_rows,  ///< Few lanes, and the broadcast side runs along the depth.
};

/// What the structure of a contraction and the machine decide.
struct ContractionDesign {
  ContractionDesign(const Kernel &kernel, const Machine &machine,
                    analysis::ContractionRoles roles);

  DType type; ///< Of sums and packed elements.
  analysis::ContractionRoles roles;
  TileShape shape;
  PackSide broadcast;     ///< Packed as [row][depth].
  PackSide lane;          ///< Packed as panels of [depth][lane].
  PackSide lane_by_depth; ///< The lane side as [lane][depth].
  int64_t most_rows;      ///< Known bound of the row loops' extent.
  /// Whether structure and known sizes allow these ways.
  bool streamed, dot_lanes, dot_rows;

  bool only_packed() const { return !streamed && !dot_lanes && !dot_rows; }
  /// Lanes packed at a time: panels of a dense side in one go.
  int64_t group_lanes() const {
    return shape.lanes() * (lane.is_dense() ? shape.panels : 1);
  }
};

} // namespace landfall::kernels
