//===- lane_code.h - Arithmetic on scalars or vectors alike ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Helpers for code that is the same for scalars and vectors: the types of
// constants and conversions follow a given value (`like`).
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

  /// `element`, or a vector of it with the lane count of `like`.
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
  /// An f32 / i32 constant with the lane count of `like`.
  llvm::Constant *real32(double value, llvm::Value *like);
  llvm::Constant *whole32(int64_t value, llvm::Value *like);

  /// x * y + z; one rounding if the machine has an instruction for that
  /// (VectorUnit::fuses_multiply_adds), else two.
  llvm::Value *multiply_add(llvm::Value *x, llvm::Value *y, llvm::Value *z);
  llvm::Value *call(llvm::Intrinsic::ID id,
                    llvm::ArrayRef<llvm::Value *> arguments);
  /// coefficients[0] + x * (coefficients[1] + ...), by Horner's rule.
  llvm::Value *polynomial(llvm::Value *x, llvm::ArrayRef<double> coefficients);
  /// Bitcasts f32 / f64 to i32 / i64, and back.
  llvm::Value *to_bits(llvm::Value *x);
  llvm::Value *from_bits(llvm::Value *x);
  llvm::Value *is_nan(llvm::Value *x) { return b.CreateFCmpUNO(x, x); }
  /// Applies a scalar `body` to each lane of vector arguments, in a run-time
  /// loop (or once, to scalars). The result has elements of type `element`.
  llvm::Value *per_lane(
      llvm::ArrayRef<llvm::Value *> arguments, llvm::Type *element,
      const std::function<llvm::Value *(llvm::ArrayRef<llvm::Value *>)> &body);
  /// Whether a condition (i1 or vector of i1) is true in any lane: i1.
  llvm::Value *any(llvm::Value *condition);
};

} // namespace landfall::kernels
