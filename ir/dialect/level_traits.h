//===- level_traits.h - Where an operation may stand -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The traits `GraphLevel` and `BodyLevel` of lf.td. Each verifies the place of
// its operation, so that a pass that moves one to the wrong level is caught by
// MLIR's verifier, at the operation.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/dialect/mlir.h"

namespace landfall::lf {

/// Inside `lf.entry`, in no kernel body.
mlir::LogicalResult verify_graph_level(mlir::Operation *op);
/// Inside the body of `lf.map`, `lf.contract` or `lf.parallel`.
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
