//===- lane_reduce.cpp - Many lanes to one value --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/lanes.h"
#include "compiler/kernels/lanes/scalar_code.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Adds halves of a scalable vector until vscale lanes are left: the machine's
/// ordered sum of these is short, and has few rounding errors.
Value *add_halves(llvm::IRBuilderBase &b, Value *vector) {
  auto *type = llvm::cast<llvm::ScalableVectorType>(vector->getType());
  for (unsigned half = type->getMinNumElements() / 2; half >= 1; half /= 2) {
    auto *narrow = llvm::ScalableVectorType::get(type->getElementType(), half);
    vector = b.CreateFAdd(b.CreateExtractVector(narrow, vector, uint64_t(0)),
                          b.CreateExtractVector(narrow, vector, half));
  }
  return vector;
}

} // namespace

/// A reduction instruction; null if there is none with the same result
/// (products, and types that round or wrap after each operation).
Value *Lanes::reduce_at_once(ScalarOp op, DType type, Value *vector) {
  if (is_narrow_real(type) || (info(type).bits < 8 && type != DType::boolean))
    return nullptr;
  llvm::IRBuilderBase &b = this->b();
  bool real = is_real(type);
  switch (op) {
  case ScalarOp::add: {
    if (type == DType::boolean)
      return b.CreateXorReduce(vector);
    if (!real)
      return b.CreateAddReduce(vector);
    llvm::CallInst *sum =
        b.CreateFAddReduce(neutral(op, type), add_halves(b, vector));
    sum->setHasAllowReassoc(true);
    return sum;
  }
  case ScalarOp::min:
    return real ? b.CreateFPMinimumReduce(vector)
           : type == DType::boolean
               ? b.CreateAndReduce(vector)
               : b.CreateIntMinReduce(vector, is_signed_integer(type));
  case ScalarOp::max:
    return real ? b.CreateFPMaximumReduce(vector)
           : type == DType::boolean
               ? b.CreateOrReduce(vector)
               : b.CreateIntMaxReduce(vector, is_signed_integer(type));
  case ScalarOp::bit_and:
    return b.CreateAndReduce(vector);
  case ScalarOp::bit_or:
    return b.CreateOrReduce(vector);
  case ScalarOp::bit_xor:
    return b.CreateXorReduce(vector);
  default:
    return nullptr;
  }
}

/// Combines the halves of the vector until one lane is left; the upper half is
/// read back from memory.
Value *Lanes::reduce_in_memory(ScalarOp op, DType type, Value *vector) {
  llvm::IRBuilderBase &b = this->b();
  LaneCode code(frame_);
  bool is_bool = type == DType::boolean;
  llvm::Type *element = is_bool ? b.getInt8Ty() : scalar_type(type);
  llvm::VectorType *stored = vector_of(element);
  auto to_stored = [&](Value *v) {
    return is_bool ? b.CreateZExt(v, stored) : v;
  };
  // Twice as long, as reads begin within the vector.
  Value *slot = frame_.stack_slot(stored, 2);
  Value *half = b.CreateLShr(step(), frame_.index(1));
  Values out =
      emit_while(frame_, {half, vector}, [&](llvm::ArrayRef<Value *> now) {
        b.CreateStore(to_stored(now[1]), slot);
        Value *behind = b.CreateGEP(element, slot, now[0]);
        Value *upper = b.CreateFreeze(b.CreateAlignedLoad(
            stored, behind, llvm::Align(uint64_t(info(type).bytes))));
        if (is_bool)
          upper = b.CreateICmpNE(upper, llvm::Constant::getNullValue(stored));
        Value *joined = emit_scalar_op(code, op, type, type, {now[1], upper});
        Value *next = b.CreateLShr(now[0], frame_.index(1));
        return Values{b.CreateICmpSGT(next, frame_.index(0)), next, joined};
      });
  return b.CreateExtractElement(out[1], uint64_t(0));
}

Value *Lanes::reduce(ScalarOp op, DType type, Value *vector) {
  if (!vector->getType()->isVectorTy())
    return vector;
  if (is_scalable()) {
    Value *result = reduce_at_once(op, type, vector);
    return result ? result : reduce_in_memory(op, type, vector);
  }
  if ((op == ScalarOp::min || op == ScalarOp::max) && is_real(type) &&
      type != DType::f64)
    return reduce_as_bits(op, vector);
  return b().CreateExtractElement(reduce_by_halves(op, type, vector),
                                  uint64_t(0));
}

/// As integers with the order of the reals (an involution), a NaN being the
/// extreme: one instruction a step instead of the five of an exact one.
Value *Lanes::reduce_as_bits(ScalarOp op, Value *vector) {
  llvm::IRBuilderBase &b = this->b();
  LaneCode code(frame_);
  auto turn = [&](Value *bits) {
    Value *sign = b.CreateAShr(bits, code.whole(31, bits));
    return b.CreateXor(bits, b.CreateAnd(sign, code.whole(INT32_MAX, bits)));
  };
  Value *bits = code.to_bits(vector);
  Value *nan = code.whole(op == ScalarOp::max ? INT32_MAX : -1, bits);
  bits = b.CreateSelect(code.is_nan(vector), nan, bits);
  bits = turn(reduce_by_halves(op, DType::i32, turn(bits)));
  return b.CreateExtractElement(code.from_bits(bits), uint64_t(0));
}

/// A vector whose lane 0 has the result.
Value *Lanes::reduce_by_halves(ScalarOp op, DType type, Value *vector) {
  LaneCode code(frame_);
  return join_halves(vector, 1, [&](Value *x, Value *y) {
    return emit_scalar_op(code, op, type, type, {x, y});
  });
}

Value *
Lanes::join_halves(Value *vector, unsigned lanes,
                   const std::function<Value *(Value *, Value *)> &join) {
  constexpr unsigned least_bits = 128; // LLVM splits shorter vectors.
  auto *type = llvm::cast<llvm::FixedVectorType>(vector->getType());
  unsigned bits = type->getScalarSizeInBits(), width = type->getNumElements();
  llvm::SmallVector<int, 32> low, high;
  for (unsigned n = width / 2; n >= lanes; n /= 2) {
    bool shrinks = n * bits >= least_bits;
    unsigned kept = shrinks ? n : width;
    low.clear();
    high.assign(kept, -1);
    for (unsigned lane = 0; lane < kept; ++lane)
      low.push_back(int(lane));
    for (unsigned lane = 0; lane < n; ++lane)
      high[lane] = int(lane + n);
    vector = join(shrinks ? b().CreateShuffleVector(vector, low) : vector,
                  b().CreateShuffleVector(vector, high));
    width = kept;
  }
  return vector;
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

} // namespace landfall::kernels
