//===- lf.h - The lf dialect's C++ classes ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"
#include "ir/dialect/level_traits.h"
#include "ir/dialect/mlir.h"
#include "package/kernel.h"

namespace landfall::lf {

/// Whether this is the type of a scalar in bodies (`Lf_Scalar` of lf.td).
bool is_scalar(mlir::Type type);
/// Parses the name of an operation of package/scalar_op.def.
mlir::FailureOr<ScalarOp> parse_scalar_op(mlir::AsmParser &parser);

} // namespace landfall::lf

// Generated code: some warnings are off.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#include "ir/lf_dialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/lf_types.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/lf_attributes.h.inc"
#define GET_OP_CLASSES
#include "ir/lf_ops.h.inc"
#pragma clang diagnostic pop

namespace landfall::lf {

/// The MLIR type of a scalar of this dtype: signed integers are signless,
/// unsigned ones carry their sign, bool is i1.
mlir::Type to_mlir(DType type, mlir::MLIRContext *context);
/// The inverse; the type must come from `to_mlir`.
DType from_mlir(mlir::Type type);
/// As `from_mlir`; nullopt if no dtype has this type.
std::optional<DType> find_dtype(mlir::Type type);
/// The dtype of a tensor value.
DType dtype_of(mlir::Value tensor);

} // namespace landfall::lf
