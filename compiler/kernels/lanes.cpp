//===- lanes.cpp - Code for many points at once ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes.h"

#include "compiler/kernels/lane_code.h"
#include "compiler/kernels/lane_index.h"
#include "compiler/kernels/loop_builder.h"
#include "compiler/kernels/scalar_code.h"

#include <bit>
#include <limits>

namespace landfall {

using llvm::Value;

unsigned Lanes::natural_width(const Machine &machine, DType type) {
  int bits = is_narrow_real(type) ? 32 : int(info(type).bytes) * 8;
  return bits ? std::max(1, machine.vector_bits / bits) : 1;
}

void Lanes::set_active(Value *count) {
  active_count_ = count;
  active_mask_ = nullptr;
  if (!count || is_scalar())
    return;
  Value *limit =
      b().CreateVectorSplat(width_, b().CreateTrunc(count, b().getInt32Ty()));
  active_mask_ = b().CreateICmpSLT(lane_numbers(32), limit, "active");
}

llvm::Constant *Lanes::lane_numbers(unsigned bits) {
  llvm::SmallVector<llvm::Constant *, 64> numbers;
  for (unsigned lane = 0; lane < width_; ++lane)
    numbers.push_back(llvm::ConstantInt::get(b().getIntNTy(bits), lane));
  return llvm::ConstantVector::get(numbers);
}

llvm::Type *Lanes::scalar_type(DType type) {
  if (type == DType::boolean)
    return b().getInt1Ty();
  if (is_real(type))
    return type == DType::f64 ? b().getDoubleTy() : b().getFloatTy();
  return b().getIntNTy(info(type).bytes * 8);
}

llvm::Type *Lanes::vector_type(DType type) {
  llvm::Type *element = scalar_type(type);
  return is_scalar() ? element : llvm::FixedVectorType::get(element, width_);
}

LaneValue Lanes::constant(DType type, uint64_t bits) {
  llvm::Type *scalar = scalar_type(type);
  if (type == DType::f64)
    return LaneValue::uniform(
        type, llvm::ConstantFP::get(scalar, std::bit_cast<double>(bits)));
  if (is_real(type))
    return LaneValue::uniform(
        type, llvm::ConstantFP::get(
                  scalar, double(real_to_float(type, uint32_t(bits)))));
  llvm::APInt value(64, bits);
  return LaneValue::uniform(
      type, llvm::ConstantInt::get(
                scalar, value.sextOrTrunc(scalar->getIntegerBitWidth())));
}

Value *Lanes::spread(const LaneValue &value) {
  if (value.is_varying())
    return value.vector();
  if (is_scalar())
    return value.scalar();
  Value *splat = b().CreateVectorSplat(width_, value.scalar());
  if (!value.is_linear())
    return splat;
  Value *strides = b().CreateVectorSplat(width_, value.stride());
  return b().CreateAdd(splat, b().CreateMul(strides, lane_numbers(64)));
}

Value *Lanes::extract(const LaneValue &value, Value *lane) {
  if (value.is_uniform())
    return value.scalar();
  if (value.is_linear())
    return b().CreateAdd(value.scalar(), b().CreateMul(value.stride(), lane));
  return b().CreateExtractElement(value.vector(), lane);
}

LaneValue Lanes::apply(ScalarOp op, DType result,
                       llvm::ArrayRef<LaneValue> arguments) {
  LaneCode code(frame_);
  DType operand = arguments[op == ScalarOp::select ? 1 : 0].type();
  bool any_linear = false, any_varying = false;
  for (const LaneValue &v : arguments) {
    any_linear |= v.is_linear();
    any_varying |= v.is_varying();
  }
  llvm::SmallVector<Value *, 3> raw;
  if (!any_linear && !any_varying) {
    for (const LaneValue &v : arguments)
      raw.push_back(v.scalar());
    return LaneValue::uniform(result,
                              emit_scalar_op(code, op, result, operand, raw));
  }
  if (any_linear && !any_varying)
    if (LaneValue value = apply_to_index(*this, op, result, arguments))
      return value;
  for (const LaneValue &v : arguments)
    raw.push_back(spread(v));
  return LaneValue::varying(result,
                            emit_scalar_op(code, op, result, operand, raw));
}

Value *Lanes::reduce(ScalarOp op, DType type, Value *vector) {
  LaneCode code(frame_);
  auto *vector_type = llvm::dyn_cast<llvm::FixedVectorType>(vector->getType());
  if (!vector_type)
    return vector;
  llvm::SmallVector<int, 32> low, high;
  for (unsigned n = vector_type->getNumElements() / 2; n >= 1; n /= 2) {
    low.clear();
    high.clear();
    for (unsigned lane = 0; lane < n; ++lane) {
      low.push_back(int(lane));
      high.push_back(int(lane + n));
    }
    vector = emit_scalar_op(code, op, type, type,
                            {b().CreateShuffleVector(vector, low),
                             b().CreateShuffleVector(vector, high)});
  }
  return b().CreateExtractElement(vector, uint64_t(0));
}

llvm::Constant *Lanes::neutral(ScalarOp op, DType type) {
  llvm::Type *scalar = scalar_type(type);
  unsigned width = info(type).bits;
  bool is_signed = is_signed_integer(type);
  switch (op) {
  case ScalarOp::add:
    return is_real(type) ? llvm::ConstantFP::get(scalar, -0.0)
                         : llvm::Constant::getNullValue(scalar);
  case ScalarOp::mul:
    return is_real(type) ? llvm::ConstantFP::get(scalar, 1.0)
                         : llvm::ConstantInt::get(scalar, 1);
  case ScalarOp::min:
  case ScalarOp::max: {
    bool top = op == ScalarOp::min;
    if (is_real(type))
      return llvm::ConstantFP::getInfinity(scalar, !top);
    llvm::APInt value = is_signed
                            ? (top ? llvm::APInt::getSignedMaxValue(width)
                                   : llvm::APInt::getSignedMinValue(width))
                            : (top ? llvm::APInt::getMaxValue(width)
                                   : llvm::APInt::getMinValue(width));
    unsigned bits = scalar->getIntegerBitWidth();
    return llvm::ConstantInt::get(scalar, is_signed ? value.sextOrTrunc(bits)
                                                    : value.zextOrTrunc(bits));
  }
  case ScalarOp::bit_and:
    return is_signed || width >= 8 || width == 1
               ? llvm::Constant::getAllOnesValue(scalar)
               : llvm::ConstantInt::get(scalar, (1u << width) - 1);
  default:
    return llvm::Constant::getNullValue(scalar);
  }
}

Value *Lanes::where_active(Value *value, Value *other) {
  return active_mask_ ? b().CreateSelect(active_mask_, value, other) : value;
}

Value *Lanes::all_of(const LaneValue &condition) {
  if (condition.is_uniform())
    return condition.scalar();
  Value *holds = condition.vector();
  if (active_mask_)
    holds = b().CreateOr(holds, b().CreateNot(active_mask_));
  return b().CreateAndReduce(holds);
}

Value *Lanes::any_of(const LaneValue &condition) {
  if (condition.is_uniform())
    return condition.scalar();
  Value *holds = condition.vector();
  if (active_mask_)
    holds = b().CreateAnd(holds, active_mask_);
  return b().CreateOrReduce(holds);
}

void Lanes::for_each_lane(const std::function<void(Value *lane)> &body) {
  emit_for(frame_, frame_.index(0), active_count_ ? active_count_ : step(),
           body);
}

Value *Lanes::to_memory(Value *vector) {
  if (vector->getType()->isIntOrIntVectorTy(1))
    vector = b().CreateZExt(
        vector, llvm::FixedVectorType::get(b().getInt8Ty(), width_));
  llvm::AllocaInst *slot = frame_.stack_slot(vector->getType());
  b().CreateStore(vector, slot);
  return slot;
}

} // namespace landfall
