//===- builder_impl.h - The builder's implementation -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"
#include "ir/fold_constants.h"
#include "ir/module/module_impl.h"

namespace landfall::ir {

/// Throws on an empty handle: an absent operand, or a box in a tensor's place.
inline mlir::Value unwrap(void *opaque) {
  if (!opaque)
    throw BuildError(ErrorCode::invalid_model,
                     "a value that must be a tensor is absent or is a "
                     "sequence, optional or map");
  return mlir::Value::getFromOpaquePointer(opaque);
}
inline mlir::Value value_of(Scalar scalar) { return unwrap(scalar.opaque()); }
inline mlir::Value value_of(Tensor tensor) { return unwrap(tensor.opaque()); }
inline mlir::Value value_of(const Any &any) {
  return unwrap(any.tensor ? any.tensor.opaque() : any.box.opaque());
}

struct Builder::Impl {
  Impl(Builder &self, Module &module);

  Builder &self;
  Module &module;
  Module::Impl &m;
  mlir::OpBuilder op; ///< At the insertion point.
  mlir::Location loc; ///< The model node being built.
  /// The graph-level operation whose body is being built, if any.
  mlir::Operation *enclosing = nullptr;
  std::function<void(Size condition, const std::string &message)> observer;
  llvm::DenseMap<mlir::Value, std::vector<Size>> known_contents;
  /// The symbol of a box's rank, defined right behind the box.
  llvm::DenseMap<mlir::Value, Size> known_ranks;

  Scalar wrap(mlir::Value value) {
    return Scalar(&self, value.getAsOpaquePointer());
  }
  Tensor tensor(mlir::Value value) {
    return Tensor(&self, value.getAsOpaquePointer());
  }
  /// Loads an element of a tensor or buffer; only the rank is checked.
  Scalar load(mlir::Value tensor, std::span<const Scalar> indices,
              Scalar guard = {}, Scalar other = {});
  Box box(mlir::Value value) { return Box(&self, value.getAsOpaquePointer()); }
  Any any(mlir::Value value);
  /// A size as an SSA value usable at the insertion point, also in bodies.
  mlir::Value size_value(Size size);
  llvm::SmallVector<mlir::Value> size_values(const Shape &shape);

  /// Adds a block with arguments of `types` to a region, builds its body, and
  /// terminates it with a yield of the values that `body` returns.
  void fill(mlir::Region &region, mlir::TypeRange types,
            llvm::function_ref<
                llvm::SmallVector<mlir::Value>(mlir::Block::BlockArgListType)>
                body);
  Scalars wrap_all(mlir::ValueRange values);
  llvm::SmallVector<mlir::Value> unwrap_all(const Scalars &scalars);

  /// Defines the extents of a new graph value: static ones from its type,
  /// `lf.dim` symbols for the others.
  void define_dims(mlir::Value tensor, std::string_view name);
  Tensor constant_tensor(ConstantData data);
  /// Replaces a just-built compute op by constants or sizes where its inputs
  /// allow; returns its results.
  Tensors finish(mlir::Operation *compute);
  /// Removes cached facts about values that are about to be erased, as later
  /// values may have the same addresses.
  void forget(mlir::Operation *op);
  void forget(mlir::Region &region);
  /// Removes known contents in which the symbols of these values occur.
  void
  forget_contents_of(const llvm::DenseSet<mlir::Value> &symbol_definitions);
};

/// Evaluates a small integer `map` over sizes: the elements of its results, or
/// nullopt where something in its body is not known symbolically.
std::optional<std::vector<std::vector<Size>>>
evaluate_contents(Builder::Impl &impl, lf::MapOp map);

} // namespace landfall::ir
