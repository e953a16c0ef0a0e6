//===- module_impl.h - A model in core IR, as passes see it ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/text_table.h"
#include "ir/dialect/lf.h"
#include "ir/module/module.h"

#include <deque>
#include <memory>

namespace landfall::ir {

/// Sizes in bodies up to here are constants of the kernel, because code is
/// better when it knows its strides and windows (16 holds every common one);
/// larger ones are run-time parameters, so that kernels do not depend on shapes
/// and nodes whose shapes differ share one.
inline constexpr int64_t largest_kernel_constant = 16;

/// Throws a BuildError if a tensor has more dimensions than can be compiled.
void check_rank(size_t rank);

/// Shapes are stored in the operations (their `dims` operands). The tables here
/// are caches of these, and of the values whose extents `lf.dim` operations
/// define.
struct Module::Impl {
  Impl();

  /// One thread works on a module: locks and threads would be in vain.
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  lf::EntryOp entry;
  SizeContext sizes;
  EntryPoint signature; ///< `start` is not set yet.

  //===--- Constants ------------------------------------------------------===//
  /// By `lf.constant`'s id. Elements stay where they are when others are added.
  std::deque<ConstantData> constants;
  int64_t add_constant(ConstantData data);
  /// The data of an `lf.constant` result, or null.
  const ConstantData *constant_of(mlir::Value value) const;

  /// Every text of the model that an element of strings may number.
  TextTable texts;

  //===--- Sizes and shapes -----------------------------------------------===//
  /// The expression that an i64 graph value computes.
  Size size_of(mlir::Value value);
  /// The number of a graph loop's iteration, which the body's first argument
  /// holds.
  Size iteration_of(mlir::BlockArgument argument);
  /// A value that computes `size`, inserted (if new) at the insertion point.
  mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc,
                          Size size);
  llvm::SmallVector<mlir::Value>
  materialize(mlir::OpBuilder &builder, mlir::Location loc, const Shape &shape);
  /// The extents of a tensor value; the reference holds until they are set
  /// anew or forgotten.
  const Shape &shape_of(mlir::Value tensor);
  void set_shape(mlir::Value tensor, Shape shape);
  /// Removes cached facts about an operation that is about to be erased.
  void forget(mlir::Operation *op);
  /// A new symbol defined by an `lf.dim` or `lf.read` that `make` builds.
  Size define_symbol(std::string_view name, SizeRange range,
                     llvm::function_ref<mlir::Value(llvm::StringRef)> make);
  /// The tensor type of these extents.
  mlir::RankedTensorType tensor_type(DType dtype, const Shape &shape);

  /// Each in its own place, since callers keep references while others are
  /// added.
  llvm::DenseMap<mlir::Value, std::unique_ptr<Shape>> shapes;
  llvm::DenseMap<mlir::Value, Size> size_values;
  /// The value that defines a symbol, by its name.
  llvm::StringMap<mlir::Value> symbol_values;
};

/// Whether the tensor is the number of a graph loop's iteration.
bool is_iteration(mlir::Value tensor);

/// Whether the value belongs to a region of the operation, at any depth. A
/// region that is still being built may have no operation yet, or be in none;
/// its values are then inside of no finished operation.
bool is_inside(mlir::Value value, mlir::Operation *op);

/// The location of what a model node is built from, and the nodes of a location
/// (several where operations were fused, none where it names none).
mlir::Location location_of(mlir::Builder &builder, const ModelNode &node);
std::vector<ModelNode> model_nodes(mlir::Location location);

} // namespace landfall::ir
