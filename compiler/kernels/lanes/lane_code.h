//===- lane_code.h - Arithmetic on scalars or vectors alike ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Steps of code that look the same for one lane and for many: constants and
// conversions take the lane count of a value at hand.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <functional>

namespace landfall::kernels {

class LaneCode {
public:
  explicit LaneCode(KernelFrame &frame) : b(frame.b), frame(frame) {}

  llvm::IRBuilderBase &b;
  KernelFrame &frame;

  /// `element` with as many lanes as `like` has.
  llvm::Type *shaped(llvm::Type *element, llvm::Value *like);
  llvm::Type *f32(llvm::Value *like) { return shaped(b.getFloatTy(), like); }
  llvm::Type *f64(llvm::Value *like) { return shaped(b.getDoubleTy(), like); }
  llvm::Type *integer(unsigned bits, llvm::Value *like) {
    return shaped(b.getIntNTy(bits), like);
  }
  unsigned bits(llvm::Value *value) {
    return value->getType()->getScalarSizeInBits();
  }

  /// A constant of the type of `like`.
  llvm::Constant *real(double value, llvm::Value *like);
  llvm::Constant *whole(int64_t value, llvm::Value *like);
  /// An f32 / i32 constant with the lanes of `like`.
  llvm::Constant *real32(double value, llvm::Value *like);
  llvm::Constant *whole32(int64_t value, llvm::Value *like);

  llvm::Value *fma(llvm::Value *x, llvm::Value *y, llvm::Value *z);
  llvm::Value *call(llvm::Intrinsic::ID id,
                    llvm::ArrayRef<llvm::Value *> arguments);
  /// coefficients[0] + x * (coefficients[1] + ...), by fused steps.
  llvm::Value *polynomial(llvm::Value *x, llvm::ArrayRef<double> coefficients);
  /// The bits of an f32 / f64 as integers and back.
  llvm::Value *to_bits(llvm::Value *x);
  llvm::Value *from_bits(llvm::Value *x);
  llvm::Value *is_nan(llvm::Value *x) { return b.CreateFCmpUNO(x, x); }
  /// `body` on each lane of vector arguments (or once, on scalars); the result
  /// has `element` lanes. A run-time loop.
  llvm::Value *per_lane(
      llvm::ArrayRef<llvm::Value *> arguments, llvm::Type *element,
      const std::function<llvm::Value *(llvm::ArrayRef<llvm::Value *>)> &body);
  /// Whether an i1 holds in some lane.
  llvm::Value *any(llvm::Value *condition);
};

} // namespace landfall::kernels
