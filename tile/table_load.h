//===- table_load.h - Loads at indices from tables -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Indices that are not affine (i / 2, clamped or reflected ones) are computed
// by the host for each value of a variable. A table that repeats itself with a
// constant step becomes a few strided boxes:
//
//   i / 2 for i < 2n:  even i and odd i are two boxes of n elements
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"

namespace landfall::tile {

/// Elements first, first + period, ... of a variable, `count` of them, whose
/// offsets grow by `step`.
struct TableRun {
  int64_t first = 0, period = 1, count = 0;
  int64_t offset = 0, step = 0;
};

/// The table's valid entries as runs, with the period that gives the fewest.
std::vector<TableRun>
find_runs(std::span<const std::optional<int64_t>> offsets);

/// Loads what the load node reads over the region where its conditions and
/// guards hold.
void load_by_tables(Stream &stream, const Scope &scope, const Region &region,
                    NodeId load, const Array &destination);

} // namespace landfall::tile
