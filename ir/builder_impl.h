//===- builder_impl.h - The facade's inside --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"
#include "ir/module/module_impl.h"

namespace landfall::ir {

/// Throws on an empty handle: an absent operand, or a box in a tensor's place.
inline mlir::Value unwrap(void *opaque) {
  if (!opaque)
    throw BuildError(ErrorCode::invalid_model,
                     "a value that must be a tensor is absent or is a "
                     "sequence, optional, map or string");
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
  mlir::OpBuilder op; ///< Where the next operation goes.
  mlir::Location loc; ///< The model node being built.
  std::string origin; ///< "'name' (Type)", for run-time messages.
  /// The graph-level operation whose body is being built, if any.
  mlir::Operation *enclosing = nullptr;
  llvm::DenseMap<mlir::Value, std::vector<Size>> known_contents;

  Scalar wrap(mlir::Value value) {
    return Scalar(&self, value.getAsOpaquePointer());
  }
  Tensor tensor(mlir::Value value) {
    return Tensor(&self, value.getAsOpaquePointer());
  }
  /// An element of a tensor or buffer; nothing is checked but the rank.
  Scalar load(mlir::Value tensor, std::span<const Scalar> indices,
              Scalar guard = {}, Scalar other = {});
  Box box(mlir::Value value) { return Box(&self, value.getAsOpaquePointer()); }
  Any any(mlir::Value value);
  /// A size as a value usable at the current place, bodies included.
  mlir::Value size_value(Size size);
  llvm::SmallVector<mlir::Value> size_values(const Shape &shape);

  /// Fills a region with one block taking `types`, builds its body and ends it
  /// with a yield of what the body returns.
  void fill(mlir::Region &region, mlir::TypeRange types,
            llvm::function_ref<
                llvm::SmallVector<mlir::Value>(mlir::Block::BlockArgListType)>
                body);
  Scalars wrap_all(mlir::ValueRange values);
  llvm::SmallVector<mlir::Value> unwrap_all(const Scalars &scalars);

  /// Gives a new graph value dims: static ones from its type, `lf.dim` symbols
  /// for the others.
  void define_dims(mlir::Value tensor, std::string_view name);
  Tensor constant_tensor(ConstantData data);
  /// Replaces a just-built compute op by constants or sizes where its inputs
  /// allow; returns its results.
  Tensors finish(mlir::Operation *compute);
  /// Drops what is known of values that are about to be erased: the addresses
  /// of later ones may be theirs.
  void forget(mlir::Operation *op);
  void forget(mlir::Region &region);
};

/// Evaluates a small integer `map` over sizes: the elements of its results, or
/// nullopt where something in its body is not known symbolically.
std::optional<std::vector<std::vector<Size>>>
evaluate_contents(Builder::Impl &impl, lf::MapOp map);

/// Runs a compute op whose inputs are all constants in the interpreter, if that
/// costs little.
std::optional<std::vector<ConstantData>>
fold_constants(Module::Impl &module, mlir::Operation *compute);

} // namespace landfall::ir
