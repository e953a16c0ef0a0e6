//===- verify_regions.cpp - What verifiers ask of regions -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/dialect/verify_regions.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace landfall::lf {

//===--- Levels -----------------------------------------------------------===//

namespace {

enum class Level { module, graph, body };

Level level_of(Operation *op) {
  for (op = op->getParentOp(); op; op = op->getParentOp()) {
    if (isa<MapOp, ContractOp, ParallelOp>(op))
      return Level::body;
    if (isa<EntryOp>(op))
      return Level::graph;
  }
  return Level::module;
}

} // namespace

LogicalResult verify_graph_level(Operation *op) {
  if (level_of(op) == Level::graph)
    return success();
  return op->emitOpError("must stand in a graph: in 'lf.entry', outside kernel "
                         "bodies");
}

LogicalResult verify_body_level(Operation *op) {
  if (level_of(op) == Level::body)
    return success();
  return op->emitOpError("must stand in the body of 'lf.map', 'lf.contract' or "
                         "'lf.parallel'");
}

//===--- Regions ----------------------------------------------------------===//

LogicalResult verify_arguments(Operation *op, Region &region, size_t indices,
                               TypeRange rest) {
  if (region.getNumArguments() != indices + rest.size())
    return op->emitOpError("region takes ")
           << region.getNumArguments() << " arguments, expected "
           << indices + rest.size();
  Type index = IntegerType::get(op->getContext(), 64);
  for (auto [k, argument] : llvm::enumerate(region.getArguments())) {
    Type expected = k < indices ? index : rest[k - indices];
    if (argument.getType() != expected)
      return op->emitOpError("region argument #")
             << k << " is " << argument.getType() << ", expected " << expected;
  }
  return success();
}

YieldOp yield_of(Operation *op, Region &region, size_t count) {
  auto yield = dyn_cast<YieldOp>(region.front().back());
  if (!yield) {
    op->emitOpError("region must end with 'lf.yield'");
    return {};
  }
  if (yield.getValues().size() != count) {
    op->emitOpError("region yields ")
        << yield.getValues().size() << " values, expected " << count;
    return {};
  }
  return yield;
}

LogicalResult verify_yield(Operation *op, Region &region, TypeRange types) {
  YieldOp yield = yield_of(op, region, types.size());
  if (!yield)
    return failure();
  for (auto [k, value] : llvm::enumerate(yield.getValues()))
    if (value.getType() != types[k])
      return op->emitOpError("yielded value #")
             << k << " is " << value.getType() << ", expected " << types[k];
  return success();
}

SmallVector<Type> elements_of(TypeRange tensors) {
  SmallVector<Type> elements;
  for (Type type : tensors)
    elements.push_back(cast<RankedTensorType>(type).getElementType());
  return elements;
}

bool fits(Type from, Type to) {
  auto a = dyn_cast<RankedTensorType>(from);
  auto b = dyn_cast<RankedTensorType>(to);
  if (!a || !b)
    return from == to;
  return a.getElementType() == b.getElementType() &&
         succeeded(verifyCompatibleShape(a.getShape(), b.getShape()));
}

} // namespace landfall::lf
