//===- k_major_weights.h - Which weights are K-major -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::compiler {

/// Which constant factors of contractions are stored K-major, with the summed
/// dimensions outermost (lay_out_constants.h): what a target asks for.
struct KMajorWeights {
  /// The fewest points of the result loops that only the other factor has (M,
  /// for weights on the N side); an unknown extent is enough. 0: no weights.
  int64_t fewest_across = 0;
  /// The fewest points of the result loops that only the weights have.
  int64_t fewest_along = 1;
  /// Only weights on the N side: those that use the innermost result loop.
  bool n_side_only = false;
};

} // namespace landfall::compiler
