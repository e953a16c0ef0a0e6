//===- level_traits.h - Where an operation may stand -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The traits `GraphLevel` and `BodyLevel` of lf.td. They verify that an
// operation is at its level, so that MLIR's verifier reports an operation that
// a pass has moved to the wrong one.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/dialect/mlir.h"

namespace landfall::lf {

/// Fails unless `op` is inside an `lf.entry` and in no kernel body.
mlir::LogicalResult verify_graph_level(mlir::Operation *op);
/// Fails unless `op` is in a body of `lf.map`, `lf.contract` or `lf.parallel`.
mlir::LogicalResult verify_body_level(mlir::Operation *op);

template <typename Op>
class GraphLevel : public mlir::OpTrait::TraitBase<Op, GraphLevel> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verify_graph_level(op);
  }
};

template <typename Op>
class BodyLevel : public mlir::OpTrait::TraitBase<Op, BodyLevel> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verify_body_level(op);
  }
};

} // namespace landfall::lf
