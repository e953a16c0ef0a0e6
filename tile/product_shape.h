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

/// Two tiles' operands and sums fit in each memory, so that one is loaded while
/// another one is multiplied. Tiles are as square as that allows, of whole
/// edges and of about equal size, and enough for all cores where that costs no
/// whole edge.
ProductShape choose_shape(const Capabilities &capabilities,
                          const Launch &launch, Part part);

} // namespace landfall::tile
