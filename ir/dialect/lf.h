//===- lf.h - The lf dialect's C++ classes ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"
#include "ir/dialect/mlir.h"

// Generated code is not held to our warnings.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#include "ir/lf_dialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/lf_types.h.inc"
#define GET_OP_CLASSES
#include "ir/lf_ops.h.inc"
#pragma clang diagnostic pop

namespace landfall::lf {

/// The MLIR type of a scalar of this dtype: signed integers are signless,
/// unsigned ones carry their sign, bool is i1.
mlir::Type to_mlir(DType type, mlir::MLIRContext *context);
/// The inverse; the type must come from `to_mlir`.
DType from_mlir(mlir::Type type);
/// The dtype of a tensor value.
DType dtype_of(mlir::Value tensor);

} // namespace landfall::lf
