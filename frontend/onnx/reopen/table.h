//===- table.h - Constants that are functions of their indices --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/table_fit.h"
#include "ir/builder.h"

namespace landfall::frontend {

/// The constant with extents `target` (same rank), which are its own or free
/// ones that were so at the exported size. Empty if its elements are no known
/// function of the indices along free extents (table_fit.h).
ir::Tensor reopened_table(const Extents &extents, ir::Builder &b,
                          ir::Tensor constant, const Shape &target);

} // namespace landfall::frontend
