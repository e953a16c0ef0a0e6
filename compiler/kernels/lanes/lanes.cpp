//===- lanes.cpp - Code for many points at once ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lanes.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/lane_index.h"
#include "compiler/kernels/lanes/scalar_code.h"

#include <bit>

namespace landfall::kernels {

using llvm::Value;

unsigned Lanes::natural_width(const Machine &machine, DType type) {
  int bits = is_narrow_real(type) ? 32 : int(info(type).bytes) * 8;
  return bits ? std::max(1, machine.vector.register_bits / bits) : 1;
}

unsigned Lanes::joined_width(const Machine &machine, unsigned natural,
                             unsigned groups) {
  return std::min(
      natural *
          std::min(groups, unsigned(machine.vector.max_registers_per_value)),
      unsigned(machine.vector.max_lanes));
}

Value *Lanes::step() {
  return is_scalable() ? b().CreateElementCount(b().getInt64Ty(), count())
                       : frame_.index(width_);
}

/// For scalable vectors, the number of lanes is a power of two.
Value *Lanes::remainder(Value *count) {
  if (!is_scalable())
    return b().CreateSRem(count, step());
  return b().CreateAnd(count, b().CreateSub(step(), frame_.index(1)));
}

void Lanes::set_active(Value *count) {
  active_count_ = count;
  active_mask_ = nullptr;
  if (!count || is_scalar())
    return;
  Value *limit = splat(b().CreateTrunc(count, b().getInt32Ty()));
  active_mask_ = b().CreateICmpSLT(lane_numbers(32), limit, "active");
}

llvm::Value *Lanes::lane_numbers(unsigned bits) {
  if (is_scalable())
    return b().CreateStepVector(vector_of(b().getIntNTy(bits)));
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
  return is_scalar() ? element : vector_of(element);
}

llvm::VectorType *Lanes::vector_of(llvm::Type *element) {
  return llvm::VectorType::get(element, count());
}

Value *Lanes::splat(Value *scalar) {
  return b().CreateVectorSplat(count(), scalar);
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
  Value *base = splat(value.scalar());
  if (!value.is_linear())
    return base;
  Value *strides = splat(value.stride());
  return b().CreateAdd(base, b().CreateMul(strides, lane_numbers(64)));
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

Value *Lanes::first_lane(Value *mask) {
  if (is_scalable())
    return b().CreateIntrinsic(llvm::Intrinsic::experimental_cttz_elts,
                               {b().getInt64Ty(), mask->getType()},
                               {mask, b().getFalse()});
  Value *bits = b().CreateBitCast(mask, b().getIntNTy(width_));
  Value *first =
      b().CreateBinaryIntrinsic(llvm::Intrinsic::cttz, bits, b().getFalse());
  return b().CreateZExtOrTrunc(first, b().getInt64Ty());
}

void Lanes::for_each_lane(const std::function<void(Value *lane)> &body) {
  emit_for(frame_, frame_.index(0), active_count_ ? active_count_ : step(),
           body);
}

Value *Lanes::to_memory(Value *vector) {
  if (vector->getType()->isIntOrIntVectorTy(1))
    vector = b().CreateZExt(vector, vector_of(b().getInt8Ty()));
  llvm::AllocaInst *slot = frame_.stack_slot(vector->getType());
  b().CreateStore(vector, slot);
  return slot;
}

} // namespace landfall::kernels
