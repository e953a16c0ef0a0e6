//===- verify_body.cpp - Verifiers of body operations ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/dialect/verify_regions.h"
#include "package/node_rules.h"

using namespace mlir;

namespace landfall::lf {

LogicalResult ScalarOp::verify() {
  const ScalarOpInfo &row = info(getOp());
  if (getArgs().size() != size_t(row.arity))
    return emitOpError("'") << row.text << "' takes " << row.arity
                            << " operands, got " << getArgs().size();
  OperandRange args = getArgs();
  if (row.signature == ScalarSignature::choose) {
    if (!args[0].getType().isInteger(1))
      return emitOpError("'") << row.text << "' chooses by "
                              << args[0].getType() << ", expected i1";
    args = args.drop_front();
  }
  Type type = args[0].getType();
  for (Value argument : args)
    if (argument.getType() != type)
      return emitOpError("'")
             << row.text << "' mixes " << type << " and " << argument.getType();
  Type result = getResult().getType();
  if (!is_defined(getOp(), from_mlir(type), from_mlir(result)))
    return emitOpError("'")
           << row.text << "' cannot make " << result << " from " << type;
  return success();
}

/// One index a dimension.
static LogicalResult verify_indices(Operation *op, RankedTensorType type,
                                    size_t indices) {
  if (type.getRank() == (int64_t)indices)
    return success();
  return op->emitOpError("has ") << indices << " indices for " << type;
}

LogicalResult LoadOp::verify() {
  auto type = cast<RankedTensorType>(getTensor().getType());
  if (failed(verify_indices(*this, type, getIndices().size())))
    return failure();
  if (bool(getGuard()) != bool(getOther()))
    return emitOpError("needs both a guard and another value, or neither");
  Type element = type.getElementType();
  if (getValue().getType() != element)
    return emitOpError("gives ") << getValue().getType() << " from " << type;
  if (getOther() && getOther().getType() != element)
    return emitOpError("other value is ")
           << getOther().getType() << ", expected " << element;
  return success();
}

LogicalResult StoreOp::verify() {
  auto type = cast<RankedTensorType>(getBuffer().getType());
  if (failed(verify_indices(*this, type, getIndices().size())))
    return failure();
  if (getValue().getType() != type.getElementType())
    return emitOpError("stores ") << getValue().getType() << " into " << type;
  auto buffer = dyn_cast<BlockArgument>(getBuffer());
  if (!buffer || !isa<ParallelOp>(buffer.getOwner()->getParentOp()))
    return emitOpError("must store into a result of 'lf.parallel'");
  return success();
}

LogicalResult ForOp::verify() {
  if (TypeRange(getInit().getTypes()) != TypeRange(getResultTypes()))
    return emitOpError("carries other types than its results have");
  if (failed(verify_arguments(*this, getBody(), 1, getResultTypes())))
    return failure();
  return verify_yield(*this, getBody(), getResultTypes());
}

LogicalResult WhileOp::verify() {
  if (TypeRange(getInit().getTypes()) != TypeRange(getResultTypes()))
    return emitOpError("carries other types than its results have");
  if (failed(verify_arguments(*this, getBody(), 0, getResultTypes())))
    return failure();
  SmallVector<Type> yields(getResultTypes());
  yields.insert(yields.begin(), IntegerType::get(getContext(), 1));
  return verify_yield(*this, getBody(), yields);
}

LogicalResult BranchOp::verify() {
  for (Region *region : {&getThenBody(), &getElseBody()})
    if (failed(verify_arguments(*this, *region, 0, {})) ||
        failed(verify_yield(*this, *region, getResultTypes())))
      return failure();
  return success();
}

LogicalResult CheckOp::verify() {
  if (getMessage().empty())
    return emitOpError("has no message to fail with");
  if (bool(getValue()) != getValueName().has_value())
    return emitOpError("must name the value that it reports, and no other");
  if (!(*this)->getParentOfType<ParallelOp>())
    return emitOpError("must stand in the body of 'lf.parallel'");
  return success();
}

} // namespace landfall::lf
