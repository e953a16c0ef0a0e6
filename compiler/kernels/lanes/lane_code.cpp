//===- lane_code.cpp - Arithmetic on scalars or vectors alike -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_code.h"

#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

llvm::Type *LaneCode::shaped(llvm::Type *element, llvm::Value *like) {
  if (auto *vector = llvm::dyn_cast<llvm::VectorType>(like->getType()))
    return llvm::VectorType::get(element, vector->getElementCount());
  return element;
}

llvm::Constant *LaneCode::real(double value, llvm::Value *like) {
  return llvm::ConstantFP::get(like->getType(), value);
}

llvm::Constant *LaneCode::whole(int64_t value, llvm::Value *like) {
  llvm::Type *type = like->getType();
  llvm::APInt bits = llvm::APInt(64, uint64_t(value), true)
                         .sextOrTrunc(type->getScalarSizeInBits());
  return llvm::ConstantInt::get(type, bits);
}

llvm::Constant *LaneCode::real32(double value, llvm::Value *like) {
  return llvm::ConstantFP::get(f32(like), value);
}

llvm::Constant *LaneCode::whole32(int64_t value, llvm::Value *like) {
  return llvm::ConstantInt::getSigned(integer(32, like), int32_t(value));
}

llvm::Value *LaneCode::multiply_add(llvm::Value *x, llvm::Value *y,
                                    llvm::Value *z) {
  return call(llvm::Intrinsic::fmuladd, {x, y, z});
}

llvm::Value *LaneCode::call(llvm::Intrinsic::ID id,
                            llvm::ArrayRef<llvm::Value *> arguments) {
  return b.CreateIntrinsic(id, {arguments[0]->getType()}, arguments);
}

llvm::Value *LaneCode::polynomial(llvm::Value *x,
                                  llvm::ArrayRef<double> coefficients) {
  llvm::Value *sum = real(coefficients.back(), x);
  for (double c : llvm::reverse(coefficients.drop_back()))
    sum = multiply_add(sum, x, real(c, x));
  return sum;
}

llvm::Value *LaneCode::to_bits(llvm::Value *x) {
  return b.CreateBitCast(x, integer(bits(x), x));
}

llvm::Value *LaneCode::from_bits(llvm::Value *x) {
  return b.CreateBitCast(x, bits(x) == 32 ? f32(x) : f64(x));
}

llvm::Value *LaneCode::any(llvm::Value *condition) {
  return condition->getType()->isVectorTy() ? b.CreateOrReduce(condition)
                                            : condition;
}

llvm::Value *LaneCode::per_lane(
    llvm::ArrayRef<llvm::Value *> arguments, llvm::Type *element,
    const std::function<llvm::Value *(llvm::ArrayRef<llvm::Value *>)> &body) {
  auto *vector = llvm::dyn_cast<llvm::VectorType>(arguments[0]->getType());
  if (!vector)
    return body(arguments);
  // Through the stack: registers cannot be indexed by a run-time lane number.
  auto new_slot = [&](llvm::Type *type, unsigned number) {
    return frame.machine.vector.scalable ? frame.shared_slot(type, number)
                                         : frame.stack_slot(type);
  };
  llvm::SmallVector<llvm::Value *, 2> slots;
  for (llvm::Value *argument : arguments) {
    slots.push_back(new_slot(argument->getType(), unsigned(slots.size())));
    b.CreateStore(argument, slots.back());
  }
  llvm::Type *result_type = shaped(element, arguments[0]);
  llvm::AllocaInst *result = new_slot(result_type, unsigned(slots.size()));
  llvm::Value *lanes =
      b.CreateElementCount(b.getInt64Ty(), vector->getElementCount());
  emit_for(frame, frame.index(0), lanes, [&](llvm::Value *lane) {
    Values scalars;
    for (size_t k = 0; k < slots.size(); ++k) {
      llvm::Type *type = arguments[k]->getType()->getScalarType();
      scalars.push_back(b.CreateLoad(type, b.CreateGEP(type, slots[k], lane)));
    }
    b.CreateStore(body(scalars), b.CreateGEP(element, result, lane));
  });
  return b.CreateLoad(result_type, result);
}

} // namespace landfall::kernels
