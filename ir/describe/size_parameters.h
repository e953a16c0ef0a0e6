//===- size_parameters.h - The sizes that a kernel is given -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/describe/extent_classes.h"
#include "package/kernel.h"

namespace landfall::ir {

/// Which sizes of a compute operation are constants in its kernel, and which
/// are parameters: extents that are always equal share one. An extent is a
/// constant where the code depends on it: 0 and 1, short rows, windows, the
/// lanes and words of panels, small tables.
class SizeParameters {
public:
  SizeParameters(Module::Impl &module, mlir::Operation *compute);

  /// Of a loop or a fold, by its index.
  Extent loop(mlir::Value index, Size size) {
    return extent(classes_.of_index(index), size);
  }
  /// Of an operand's axes.
  std::vector<Extent> axes(mlir::Value tensor);
  /// The parameter of a size that a body computes with.
  uint32_t scalar(Size size);

  /// The values of the parameters.
  const std::vector<Size> &values() const { return values_; }

private:
  uint32_t add(Size size);
  Extent extent(int extent_class, Size size);
  bool counts_lanes(mlir::Value tensor, size_t axis, Size size);
  void fix_words();
  bool is_table(lf::LoadOp load, const Shape &shape);

  Module::Impl &module_;
  mlir::Operation *compute_;
  ExtentClasses classes_;
  std::vector<Size> values_;
  llvm::DenseMap<int, uint32_t> class_parameter_;
  /// The extent classes of which extents are constants.
  llvm::SmallDenseSet<int> fixed_classes_;
  std::vector<std::pair<Size, uint32_t>> scalar_parameters_;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<lf::LoadOp, 2>> loads_;
};

} // namespace landfall::ir
