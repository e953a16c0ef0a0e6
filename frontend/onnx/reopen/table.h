//===- table.h - Constants that are functions of their indices --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/table_fit.h"
#include "ir/builder.h"

namespace landfall::frontend {

/// How a constant is a function of its indices if its extents are `target`: its
/// own, or free ones that were so at the exported size. `divided` as for
/// fit_table. nullopt if it is no known function.
std::optional<TableFit> table_fit(const Extents &extents, ir::Tensor constant,
                                  const Shape &target, bool divided);

/// The constant with these extents.
ir::Tensor table_of(const Extents &extents, ir::Tensor constant,
                    const Shape &target, const TableFit &fit);

} // namespace landfall::frontend
