//===- verify_regions.h - What verifiers ask of regions --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/dialect/lf.h"

namespace landfall::lf {

/// The region takes `indices` i64 arguments, then exactly `rest`.
mlir::LogicalResult verify_arguments(mlir::Operation *op, mlir::Region &region,
                                     size_t indices, mlir::TypeRange rest);

/// The yield that ends the region if it yields `count` values; else null, and
/// an error is emitted.
YieldOp yield_of(mlir::Operation *op, mlir::Region &region, size_t count);

/// The region yields exactly these types.
mlir::LogicalResult verify_yield(mlir::Operation *op, mlir::Region &region,
                                 mlir::TypeRange types);

/// The element types of tensor types.
llvm::SmallVector<mlir::Type> elements_of(mlir::TypeRange tensors);

/// Whether a value of type `from` may become one of type `to` where control
/// flow joins: equal, or tensors of one dtype and rank whose static extents do
/// not contradict each other.
bool fits(mlir::Type from, mlir::Type to);

} // namespace landfall::lf
