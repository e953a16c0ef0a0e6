//===- product_shape.h - How large tiles of products are -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/launch.h"
#include "tile/tiler.h"

namespace landfall::tile {

struct ProductShape {
  /// By variable of the factors' scope: how many of its values one product has.
  std::vector<int64_t> sizes;
};

/// The tiles of whole edges that take the fewest cycles, as the slowest unit
/// takes them: the matrix unit, which pads sides to its edge; loads, which read
/// a factor once a tile unless it stays in the staging space; moves to the
/// operands' memories and of the sums. Of equal ones, those that load less. Two
/// parts of the depth fit in the operands' memories, so that one is moved while
/// another one is multiplied; two tiles in the sums' memory, unless waiting for
/// the sums costs less than loading more often.
ProductShape choose_shape(const Capabilities &capabilities,
                          const Launch &launch, Part part);

} // namespace landfall::tile
