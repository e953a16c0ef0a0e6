//===- table_cell.h - The function of a few elements ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/table_fit.h"

namespace landfall::frontend {

/// The function of elements along free indices with these extents, row-major;
/// nullopt if it is none that fit_table recognises.
std::optional<TableCell> fit_cell(std::vector<int64_t> extents,
                                  std::vector<double> values);

} // namespace landfall::frontend
