//===- extent_classes.h - Equivalence classes of extents -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::ir {

/// Partitions the extents of a compute operation's loops, folds and operands
/// into classes; each class becomes one size parameter. An operand's axis is in
/// the class of the loop that indexes it directly, if both have the same
/// extent. Extents that are equal by coincidence (64 channels, 64 rows) are in
/// different classes, so that operations of equal structure and different
/// shapes share a kernel.
class ExtentClasses {
public:
  ExtentClasses(Module::Impl &module, mlir::Operation *compute);

  /// The class of a loop's or fold's index.
  int of_index(mlir::Value index);
  /// The class of an operand's axis (an outside tensor or a result buffer).
  int of_axis(mlir::Value tensor, int64_t axis);

private:
  void link(mlir::Value tensor, mlir::OperandRange indices);
  int root(int node);

  Module::Impl &module_;
  llvm::DenseMap<mlir::Value, Size> index_extent_;
  llvm::DenseMap<mlir::Value, int> index_node_;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, int> axis_node_;
  std::vector<int> parent_;
};

} // namespace landfall::ir
