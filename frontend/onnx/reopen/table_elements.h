//===- table_elements.h - The elements of a baked table, in order *- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/constant_data.h"
#include "frontend/onnx/reopen/table_layout.h"

namespace landfall::frontend {

/// A constant's elements as numbers; nullopt for types that are none.
std::optional<std::vector<double>> table_elements(const ConstantData &data);

/// The elements in which one piece of each axis takes part: by their constant
/// indices (the cells) and their free ones, each row-major.
class TableRun {
public:
  struct Index {
    TableIndex index;
    int64_t stride; ///< Elements of the table from one value to the next.
    bool is_axis;   ///< The index of an axis whose extent is constant.
  };

  int64_t cell_count() const;
  std::vector<int64_t> free_extents() const;
  /// The number of the indices along constant extents, which cells that differ
  /// in a factor of a free extent share.
  int64_t column(int64_t cell) const;
  /// A cell's elements along its free indices.
  std::vector<double> values(const std::vector<double> &elements,
                             int64_t cell) const;

  std::vector<const TablePiece *> pieces; ///< By axis.
  std::vector<Index> constant, free;
  int64_t first = 0; ///< The number of the first element.
};

/// One run for each piece of the axis that has several; one run if none has.
std::vector<TableRun> table_runs(const TableLayout &layout);

} // namespace landfall::frontend
