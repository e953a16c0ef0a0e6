//===- body_queries.h - Queries on kernel bodies ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/dialect/lf.h"

#include "mlir/Analysis/SliceAnalysis.h"

namespace landfall::compiler {

/// The operations of `block` that a value depends on (its backward slice),
/// including the one that defines it.
inline llvm::SetVector<mlir::Operation *> slice_of(mlir::Value value,
                                                   mlir::Block &block) {
  llvm::SetVector<mlir::Operation *> slice;
  mlir::BackwardSliceOptions options;
  options.inclusive = true;
  options.filter = [&](mlir::Operation *op) {
    return op->getBlock() == &block;
  };
  if (mlir::Operation *op = value.getDefiningOp())
    (void)mlir::getBackwardSlice(op, &slice, options);
  return slice;
}

/// The numbers of the arguments of `block` that a value depends on.
inline llvm::SmallDenseSet<unsigned> arguments_below(mlir::Value value,
                                                     mlir::Block &block) {
  llvm::SmallDenseSet<unsigned> found;
  auto note = [&](mlir::Value operand) {
    auto argument = mlir::dyn_cast<mlir::BlockArgument>(operand);
    if (argument && argument.getOwner() == &block)
      found.insert(argument.getArgNumber());
  };
  note(value);
  for (mlir::Operation *op : slice_of(value, block))
    for (mlir::Value operand : op->getOperands())
      note(operand);
  return found;
}

/// The extents of a compute operation's result or parallel loops.
inline mlir::OperandRange space_of(mlir::Operation *compute) {
  if (auto map = mlir::dyn_cast<lf::MapOp>(compute))
    return map.getDims();
  if (auto contract = mlir::dyn_cast<lf::ContractOp>(compute))
    return contract.getDims();
  return mlir::cast<lf::ParallelOp>(compute).getParallel();
}

/// The number of the result or parallel loop of `compute` of which the value is
/// the index; -1 if it is none.
inline int loop_number(mlir::Value index, mlir::Operation *compute) {
  auto argument = mlir::dyn_cast<mlir::BlockArgument>(index);
  if (!argument || argument.getOwner()->getParentOp() != compute ||
      argument.getArgNumber() >= space_of(compute).size())
    return -1;
  return int(argument.getArgNumber());
}

/// The number of an i64 literal.
inline std::optional<int64_t> literal_of(mlir::Value value) {
  auto op = value.getDefiningOp<lf::LiteralOp>();
  auto integer = op ? mlir::dyn_cast<mlir::IntegerAttr>(op.getValue())
                    : mlir::IntegerAttr();
  if (!integer || !integer.getType().isSignlessInteger(64))
    return std::nullopt;
  return integer.getInt();
}

/// Whether a load is from a result that the same operation is writing.
inline bool reads_buffer(lf::LoadOp load) {
  auto argument = mlir::dyn_cast<mlir::BlockArgument>(load.getTensor());
  return argument && mlir::isa_and_nonnull<lf::ParallelOp>(
                         argument.getOwner()->getParentOp());
}

/// The loads from a tensor; its other uses are ignored.
inline llvm::SmallVector<lf::LoadOp> loads_of(mlir::Value tensor) {
  llvm::SmallVector<lf::LoadOp> loads;
  for (mlir::Operation *user : tensor.getUsers())
    if (auto load = mlir::dyn_cast<lf::LoadOp>(user))
      loads.push_back(load);
  return loads;
}

/// The location of an operation that replaces two.
inline mlir::Location both(mlir::Operation *a, mlir::Operation *b) {
  return mlir::FusedLoc::get(a->getContext(), {a->getLoc(), b->getLoc()});
}

/// A literal 0 of a number type.
inline mlir::Value zero_literal(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::Type type) {
  mlir::TypedAttr zero = mlir::cast<mlir::TypedAttr>(builder.getZeroAttr(type));
  return lf::LiteralOp::create(builder, loc, type, zero);
}

} // namespace landfall::compiler
