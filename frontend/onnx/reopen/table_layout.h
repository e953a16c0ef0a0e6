//===- table_layout.h - Where the elements of a baked table stand *- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/extents.h"

namespace landfall::frontend {

/// A factor of an extent: an index that runs over it.
struct TableIndex {
  Size extent;
  int64_t value; ///< At the exported size.
  bool is_free() const { return !extent.is_constant(); }
};

/// A piece of an axis: its indices, the slowest first.
struct TablePiece {
  Size begin;
  int64_t first, count; ///< At the exported size.
  std::vector<TableIndex> indices;
};

/// The axes of a table whose free extents are sums of products: by axis its
/// pieces, one for a constant extent.
using TableLayout = std::vector<std::vector<TablePiece>>;

/// nullopt if it is not known how an extent was made, or if more than one axis
/// has several pieces.
std::optional<TableLayout> table_layout(const Extents &extents,
                                        const Shape &target);

} // namespace landfall::frontend
