//===- padded_points.h - Points of N as lanes of a padded copy -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/window_side.h"

#include <functional>

namespace landfall::kernels {

/// Emits the numbers of lanes of the copy of window_side.h: of its padded axes,
/// flattened. All values are i64.
class PaddedPoints {
public:
  PaddedPoints(SizeCode &sizes, const WindowSide &side)
      : sizes_(sizes), side_(side) {}

  /// From one index of an axis to the next.
  llvm::Value *pitch(size_t axis) { return sizes_.value(pitch_of(axis)); }
  /// The largest difference between the lanes of a point and of what a step of
  /// K reads for it.
  llvm::Value *halo();
  /// The lane of a flattened point of N, which has no axis of extent 0.
  llvm::Value *lane(llvm::Value *point);
  /// The lanes of all points.
  Interval lanes(const Interval &points);
  /// An upper bound of the count of `lanes` for so many points, if no axis has
  /// extent 0.
  llvm::Value *most_lanes(llvm::Value *points);
  /// The average count of `lanes` for so many points.
  llvm::Value *usual_lanes(llvm::Value *points);

  /// Where the copy has what is read at some indices of the taps, for the point
  /// of lane 0.
  struct Place {
    llvm::Value *phase, *lane;
  };
  Place place_of(const IndexValues &taps);

  /// Some lanes that are consecutive points.
  struct Piece {
    llvm::Value *first; ///< Counted from the first of all lanes.
    Interval points;    ///< Flattened; may be empty.
  };
  /// Emits a loop over the pieces of `lanes`: one for each innermost row. If
  /// not `padded` (i1), the lanes are points, and all of them are one piece.
  void for_pieces(llvm::Value *padded, const Interval &lanes,
                  const std::function<void(const Piece &)> &body);

private:
  analysis::SizePolynomial pitch_of(size_t axis) const;
  analysis::SizePolynomial extent_of(size_t axis) const;
  llvm::Value *extent(size_t axis) { return sizes_.value(extent_of(axis)); }
  /// The points of an axis and those inside of it, at least 1; the lanes that
  /// lie between these and the next.
  llvm::Value *filled(size_t axis);
  llvm::Value *gap(size_t axis);
  llvm::Value *padded(size_t axis) { return sizes_.value(side_.padded(axis)); }
  llvm::IRBuilderBase &b() { return sizes_.b(); }
  llvm::Value *index(int64_t value) { return sizes_.frame().index(value); }

  SizeCode &sizes_;
  const WindowSide &side_;
};

} // namespace landfall::kernels
