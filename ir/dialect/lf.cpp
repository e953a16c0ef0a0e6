//===- lf.cpp - The lf dialect -------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/dialect/lf.h"

#include "package/kernel.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#include "ir/lf_dialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/lf_types.cpp.inc"
#define GET_OP_CLASSES
#include "ir/lf_ops.cpp.inc"
#pragma clang diagnostic pop

namespace landfall::lf {

void LfDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/lf_types.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/lf_ops.cpp.inc"
      >();
}

Type to_mlir(DType type, MLIRContext *c) {
  switch (type) {
  case DType::f32:
    return Float32Type::get(c);
  case DType::f64:
    return Float64Type::get(c);
  case DType::f16:
    return Float16Type::get(c);
  case DType::bf16:
    return BFloat16Type::get(c);
  case DType::f8e4m3fn:
    return Float8E4M3FNType::get(c);
  case DType::f8e4m3fnuz:
    return Float8E4M3FNUZType::get(c);
  case DType::f8e5m2:
    return Float8E5M2Type::get(c);
  case DType::f8e5m2fnuz:
    return Float8E5M2FNUZType::get(c);
  case DType::f8e8m0:
    return Float8E8M0FNUType::get(c);
  case DType::f4e2m1:
    return Float4E2M1FNType::get(c);
  case DType::c64:
    return ComplexType::get(Float32Type::get(c));
  case DType::c128:
    return ComplexType::get(Float64Type::get(c));
  case DType::string:
    return StringType::get(c);
  default:
    break;
  }
  auto sign =
      is_unsigned_integer(type) ? IntegerType::Unsigned : IntegerType::Signless;
  return IntegerType::get(c, info(type).bits, sign);
}

DType from_mlir(Type type) {
  for (int i = 0; i < dtype_count(); ++i)
    if (to_mlir(DType(i), type.getContext()) == type)
      return DType(i);
  llvm_unreachable("not a type of the core IR");
}

DType dtype_of(Value tensor) {
  return from_mlir(cast<RankedTensorType>(tensor.getType()).getElementType());
}

namespace {

/// Checks the arguments of a body: `indices` i64, then exactly `rest`.
LogicalResult check_arguments(Operation *op, Region &region, size_t indices,
                              TypeRange rest) {
  mlir::Block &block = region.front();
  if (block.getNumArguments() != indices + rest.size())
    return op->emitOpError("body takes ")
           << block.getNumArguments() << " arguments, expected "
           << indices + rest.size();
  for (auto [i, argument] : llvm::enumerate(block.getArguments())) {
    Type expected = i < indices ? IntegerType::get(op->getContext(), 64)
                                : rest[i - indices];
    if (argument.getType() != expected)
      return op->emitOpError("body argument ")
             << i << " is " << argument.getType() << ", expected " << expected;
  }
  return success();
}

/// Checks that a body yields one scalar of the element type for each result.
LogicalResult check_yield(Operation *op, Region &region, TypeRange results) {
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  if (!yield || yield.getValues().size() != results.size())
    return op->emitOpError("body must end by yielding one value a result");
  for (auto [value, type] : llvm::zip(yield.getValues(), results))
    if (value.getType() != cast<RankedTensorType>(type).getElementType())
      return op->emitOpError("body yields ")
             << value.getType() << " for a result of " << type;
  return success();
}

} // namespace

LogicalResult MapOp::verify() {
  for (Type type : getResultTypes())
    if (cast<RankedTensorType>(type).getRank() != (int64_t)getDims().size())
      return emitOpError("has ")
             << getDims().size() << " extents, result is " << type;
  if (failed(check_arguments(*this, getBody(), getDims().size(), {})))
    return failure();
  return check_yield(*this, getBody(), getResultTypes());
}

LogicalResult ContractOp::verify() {
  size_t dims = getDims().size();
  if (failed(
          check_arguments(*this, getFactors(), dims + getReduce().size(), {})))
    return failure();
  auto factors = dyn_cast<YieldOp>(getFactors().front().getTerminator());
  if (!factors || factors.getValues().size() != 2 ||
      factors.getValues()[0].getType() != factors.getValues()[1].getType())
    return emitOpError("factors must yield two scalars of one type");
  Type accumulator = factors.getValues()[0].getType();
  if (failed(check_arguments(*this, getEpilogue(), dims, accumulator)))
    return failure();
  return check_yield(*this, getEpilogue(), getResultTypes());
}

LogicalResult LoopsOp::verify() {
  size_t ranks = 0;
  for (Type type : getResultTypes())
    ranks += cast<RankedTensorType>(type).getRank();
  if (ranks != getDims().size())
    return emitOpError("has ")
           << getDims().size() << " extents, expected " << ranks;
  if (getInitialOf().size() != getNumResults())
    return emitOpError("initial_of must have one entry a result");
  return check_arguments(*this, getBody(), getParallel().size(),
                         getResultTypes());
}

LogicalResult ScalarOp::verify() {
  for (int i = 0; i < scalar_op_count(); ++i) {
    const ScalarOpInfo &row = info(landfall::ScalarOp(i));
    if (row.text != std::string_view(getOp()))
      continue;
    if ((int)getArgs().size() != row.arity)
      return emitOpError("'")
             << getOp() << "' takes " << row.arity << " arguments";
    return success();
  }
  return emitOpError("unknown operation '") << getOp() << "'";
}

LogicalResult LoadOp::verify() {
  auto type = cast<RankedTensorType>(getTensor().getType());
  if (type.getRank() != (int64_t)getIndices().size())
    return emitOpError("has ")
           << getIndices().size() << " indices for " << type;
  if (bool(getGuard()) != bool(getOther()))
    return emitOpError("needs both a guard and another value, or neither");
  return success();
}

} // namespace landfall::lf
