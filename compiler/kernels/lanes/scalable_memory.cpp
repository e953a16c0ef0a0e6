//===- scalable_memory.cpp - Strides and indices in memory ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/scalable_memory.h"

namespace landfall::kernels {

using llvm::Value;

ScalableMemory::ScalableMemory(Lanes &lanes, llvm::Type *stored, Value *pointer)
    : lanes_(lanes), b(lanes.b()), stored_(stored),
      vector_(lanes.vector_of(stored)), pointer_(pointer),
      align_(stored->getIntegerBitWidth() / 8) {}

Value *ScalableMemory::all_if_none(Value *mask) {
  return mask
             ? mask
             : llvm::Constant::getAllOnesValue(lanes_.vector_of(b.getInt1Ty()));
}

Value *ScalableMemory::stride_bytes(const LaneValue &offset) {
  return b.CreateMul(offset.stride(), b.getInt64(align_.value()));
}

Value *ScalableMemory::all_lanes() {
  return b.CreateTrunc(lanes_.step(), b.getInt32Ty());
}

Value *ScalableMemory::load_strided(const LaneValue &offset, Value *mask) {
  Value *first = b.CreateGEP(stored_, pointer_, offset.scalar());
  llvm::CallInst *loaded = b.CreateIntrinsic(
      llvm::Intrinsic::experimental_vp_strided_load,
      {vector_, first->getType(), b.getInt64Ty()},
      {first, stride_bytes(offset), all_if_none(mask), all_lanes()});
  loaded->addParamAttr(
      0, llvm::Attribute::getWithAlignment(b.getContext(), align_));
  if (!mask)
    return loaded;
  return b.CreateSelect(mask, b.CreateFreeze(loaded),
                        llvm::Constant::getNullValue(vector_));
}

Value *ScalableMemory::gather(Value *offsets, Value *mask) {
  return b.CreateMaskedGather(vector_, b.CreateGEP(stored_, pointer_, offsets),
                              align_, all_if_none(mask),
                              llvm::Constant::getNullValue(vector_));
}

void ScalableMemory::store_strided(const LaneValue &offset, Value *value,
                                   Value *mask) {
  Value *first = b.CreateGEP(stored_, pointer_, offset.scalar());
  llvm::CallInst *store = b.CreateIntrinsic(
      llvm::Intrinsic::experimental_vp_strided_store,
      {vector_, first->getType(), b.getInt64Ty()},
      {value, first, stride_bytes(offset), all_if_none(mask), all_lanes()});
  store->addParamAttr(
      1, llvm::Attribute::getWithAlignment(b.getContext(), align_));
}

void ScalableMemory::scatter(const LaneValue &offset, Value *value,
                             Value *mask) {
  // If the stride is 0, lanes write one element, in unspecified order.
  if (offset.is_linear())
    if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(offset.stride()))
      if (!known->isZero())
        return store_strided(offset, value, mask);
  Value *addresses = b.CreateGEP(stored_, pointer_, lanes_.spread(offset));
  b.CreateMaskedScatter(value, addresses, align_, all_if_none(mask));
}

} // namespace landfall::kernels
