//===- body_tiler.h - Results, a tile at a time ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"

namespace landfall::tile {

/// Called for each tile before its values are computed: gives the evaluator the
/// body's array parameters.
using PrepareTile = std::function<void(const Region &tile, Evaluator &)>;

/// The body's tiles in a box of the parallel loops, of at most `Stream::points`
/// points each, to be computed and stored one by one. `box` has all variables
/// of the body's scope. The stream outlives it.
class BodyTiles {
public:
  BodyTiles(Stream &stream, const Region &box, PrepareTile prepare);
  int64_t count() const { return count_; }
  bool is_done() const { return next_ == count_; }
  void compute_next();

private:
  Stream &stream_;
  Region box_, region_;
  PrepareTile prepare_;
  std::vector<uint32_t> loops_;
  std::vector<int64_t> extents_, sizes_;
  int64_t next_ = 0, count_ = 0;
};

/// Computes and stores all tiles of a box.
void tile_body(Stream &stream, const Region &box);

} // namespace landfall::tile
