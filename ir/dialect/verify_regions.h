//===- verify_regions.h - Verification of regions --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/dialect/lf.h"

namespace landfall::lf {

/// Fails, with an error at `op`, unless the region's arguments are `indices`
/// i64 values followed by values of the types `rest`.
mlir::LogicalResult verify_arguments(mlir::Operation *op, mlir::Region &region,
                                     size_t indices, mlir::TypeRange rest);

/// The `lf.yield` that ends the region. If there is none or it does not yield
/// `count` values: null, and an error is emitted.
YieldOp yield_of(mlir::Operation *op, mlir::Region &region, size_t count);

/// Fails, with an error at `op`, unless the region yields exactly these types.
mlir::LogicalResult verify_yield(mlir::Operation *op, mlir::Region &region,
                                 mlir::TypeRange types);

/// The element types of tensor types.
llvm::SmallVector<mlir::Type> elements_of(mlir::TypeRange tensors);

/// Whether a value of type `from` may be yielded to a result or an argument of
/// type `to`: they are equal, or tensors of equal dtype and rank whose extents
/// are equal wherever both are static.
bool fits(mlir::Type from, mlir::Type to);

} // namespace landfall::lf
