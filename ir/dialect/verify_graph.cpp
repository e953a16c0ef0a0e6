//===- verify_graph.cpp - Verifiers of graph operations -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/dialect/verify_regions.h"
#include "package/program.h"

using namespace mlir;

namespace landfall::lf {

//===--- Entry point ------------------------------------------------------===//

LogicalResult EntryOp::verify() {
  if (getBody().getNumArguments() != 0)
    return emitOpError("takes no region arguments; inputs are 'lf.input'");
  return success();
}

static LogicalResult verify_is_top(Operation *op) {
  if (isa<EntryOp>(op->getParentOp()))
    return success();
  return op->emitOpError("must stand in 'lf.entry' itself");
}

LogicalResult InputOp::verify() { return verify_is_top(*this); }
LogicalResult OutputOp::verify() { return verify_is_top(*this); }

//===--- Sizes ------------------------------------------------------------===//

LogicalResult DimOp::verify() {
  auto type = cast<RankedTensorType>(getTensor().getType());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= type.getRank())
    return emitOpError("axis ") << axis << " is out of range for " << type;
  if (!type.isDynamicDim(axis))
    return emitOpError("extent of axis ")
           << axis << " is static in " << type << "; it needs no symbol";
  return success();
}

LogicalResult ReadOp::verify() {
  auto type = cast<RankedTensorType>(getTensor().getType());
  if (!type.getElementType().isInteger())
    return emitOpError("reads an element of ")
           << type << ", expected an integer or bool tensor";
  int64_t element = getElement();
  if (element < 0 ||
      (type.hasStaticShape() && element >= type.getNumElements()))
    return emitOpError("element ")
           << element << " is out of range for " << type;
  return success();
}

LogicalResult SizeOp::verify() {
  if (getExpression().empty())
    return emitOpError("has no expression");
  for (auto [k, symbol] : llvm::enumerate(getSymbols()))
    if (!isa_and_nonnull<DimOp, ReadOp, RankOp>(symbol.getDefiningOp()))
      return emitOpError("operand #")
             << k
             << " is no symbol: 'lf.dim', 'lf.read' and 'lf.rank' define them";
  return success();
}

LogicalResult RequireOp::verify() {
  if (getMessage().empty())
    return emitOpError("has no message to fail with");
  return success();
}

//===--- Compute ----------------------------------------------------------===//

/// Results have one extent for each of `dims`.
static LogicalResult verify_ranks(Operation *op, size_t dims) {
  if (op->getNumResults() == 0)
    return op->emitOpError("has no results");
  for (Type type : op->getResultTypes())
    if (cast<RankedTensorType>(type).getRank() != (int64_t)dims)
      return op->emitOpError("has ") << dims << " extents, result is " << type;
  return success();
}

LogicalResult MapOp::verify() {
  size_t dims = getDims().size();
  if (failed(verify_ranks(*this, dims)) ||
      failed(verify_arguments(*this, getBody(), dims, {})))
    return failure();
  return verify_yield(*this, getBody(), elements_of(getResultTypes()));
}

LogicalResult ContractOp::verify() {
  size_t dims = getDims().size();
  size_t points = dims + getReduce().size();
  if (failed(verify_ranks(*this, dims)) ||
      failed(verify_arguments(*this, getFactors(), points, {})))
    return failure();
  YieldOp factors = yield_of(*this, getFactors(), 2);
  if (!factors)
    return failure();
  Type accumulator = factors.getValues()[0].getType();
  if (factors.getValues()[1].getType() != accumulator)
    return emitOpError("factors have types ")
           << accumulator << " and " << factors.getValues()[1].getType()
           << ", expected one type";
  if (failed(verify_arguments(*this, getEpilogue(), dims, accumulator)))
    return failure();
  return verify_yield(*this, getEpilogue(), elements_of(getResultTypes()));
}

LogicalResult ParallelOp::verify() {
  size_t ranks = 0;
  for (Type type : getResultTypes())
    ranks += cast<RankedTensorType>(type).getRank();
  if (ranks != getDims().size())
    return emitOpError("has ")
           << getDims().size() << " extents, expected " << ranks;
  if (getInitialOf().size() != getNumResults())
    return emitOpError("initial_of must have one entry a result");
  for (auto [result, from] : llvm::zip(getResultTypes(), getInitialOf())) {
    if (from < -1 || from >= (int64_t)getInitial().size())
      return emitOpError("has no initial value #") << from;
    if (from >= 0 && !fits(getInitial()[from].getType(), result))
      return emitOpError("initial value #")
             << from << " is " << getInitial()[from].getType()
             << ", its result is " << result;
  }
  if (failed(verify_arguments(*this, getBody(), getParallel().size(),
                              getResultTypes())))
    return failure();
  return verify_yield(*this, getBody(), {});
}

LogicalResult ReshapeOp::verify() {
  auto from = cast<RankedTensorType>(getTensor().getType());
  auto to = cast<RankedTensorType>(getValue().getType());
  if (to.getRank() != (int64_t)getDims().size())
    return emitOpError("has ")
           << getDims().size() << " extents, result is " << to;
  if (from.getElementType() != to.getElementType())
    return emitOpError("changes the element type of ") << from << " in " << to;
  if (from.hasStaticShape() && to.hasStaticShape() &&
      from.getNumElements() != to.getNumElements())
    return emitOpError("changes the element count of ") << from << " in " << to;
  return success();
}

LogicalResult RetypeOp::verify() {
  auto from = dyn_cast<RankedTensorType>(getSource().getType());
  auto to = dyn_cast<RankedTensorType>(getValue().getType());
  if (bool(from) == bool(to))
    return emitOpError("must have one box and one tensor");
  if (to && to.getNumDynamicDims() != size_t(to.getRank()))
    return emitOpError("takes ") << to << " out of a box; extents are dynamic";
  return success();
}

//===--- Control flow -----------------------------------------------------===//

/// The values yielded from `first` on may become these types.
static LogicalResult verify_joins(Operation *op, YieldOp yield, size_t first,
                                  TypeRange types) {
  for (auto [k, type] : llvm::enumerate(types))
    if (Type from = yield.getValues()[first + k].getType(); !fits(from, type))
      return op->emitOpError("yielded value #")
             << first + k << " is " << from << ", expected " << type;
  return success();
}

LogicalResult IfOp::verify() {
  auto condition = dyn_cast<RankedTensorType>(getCondition().getType());
  if (condition && !condition.getElementType().isInteger(1))
    return emitOpError("condition is ") << condition << ", expected bool";
  for (Region *region : {&getThenBody(), &getElseBody()}) {
    if (failed(verify_arguments(*this, *region, 0, {})))
      return failure();
    YieldOp yield = yield_of(*this, *region, getNumResults());
    if (!yield || failed(verify_joins(*this, yield, 0, getResultTypes())))
      return failure();
  }
  return success();
}

/// A tensor whose elements have this integer type, or absent.
static bool is_tensor_of(Value value, unsigned bits) {
  return !value || cast<RankedTensorType>(value.getType())
                       .getElementType()
                       .isSignlessInteger(bits);
}

LogicalResult GraphLoopOp::verify() {
  if (!is_tensor_of(getTripCount(), 64))
    return emitOpError("trip count is ")
           << getTripCount().getType() << ", expected a tensor of i64";
  if (!is_tensor_of(getCondition(), 1))
    return emitOpError("condition is ")
           << getCondition().getType() << ", expected a tensor of i1";
  size_t carried = getInit().size(), collected = getCollected();
  if (getNumResults() != carried + collected)
    return emitOpError("has ")
           << getNumResults() << " results, expected " << carried + collected;
  SmallVector<Type> arguments(TypeRange(getResultTypes()).take_front(carried));
  for (auto [init, type] : llvm::zip(getInit().getTypes(), arguments))
    if (!fits(init, type))
      return emitOpError("initial value is ")
             << init << ", carried as " << type;
  arguments.insert(
      arguments.begin(),
      RankedTensorType::get({}, IntegerType::get(getContext(), 64)));
  if (failed(verify_arguments(*this, getBody(), 0, arguments)))
    return failure();
  YieldOp yield = yield_of(*this, getBody(), 1 + carried + collected);
  if (!yield)
    return failure();
  if (!isa<RankedTensorType>(yield.getValues()[0].getType()) ||
      !is_tensor_of(yield.getValues()[0], 1))
    return emitOpError("first yielded value is ")
           << yield.getValues()[0].getType() << ", expected a tensor of i1";
  if (failed(verify_joins(*this, yield, 1,
                          TypeRange(getResultTypes()).take_front(carried))))
    return failure();
  for (auto [k, type] :
       llvm::enumerate(TypeRange(getResultTypes()).drop_front(carried))) {
    Value element = yield.getValues()[1 + carried + k];
    auto slice = dyn_cast<RankedTensorType>(element.getType());
    auto stack = dyn_cast<RankedTensorType>(type);
    if (!slice || !stack || stack.getRank() != slice.getRank() + 1 ||
        stack.getElementType() != slice.getElementType())
      return emitOpError("collects ")
             << element.getType() << " in a result of " << type;
  }
  return success();
}

LogicalResult BoxOp::verify() {
  if (getFunction() >= (uint64_t)box_function_count())
    return emitOpError("there is no host function ") << getFunction();
  return success();
}

} // namespace landfall::lf
