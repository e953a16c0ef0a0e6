//===- lane_real.cpp - Real arithmetic in code ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_real.h"

#include "compiler/kernels/lanes/vector_math.h"

namespace landfall::kernels {

namespace {

using llvm::Value;
using Arguments = llvm::ArrayRef<Value *>;

/// Calls the math function for doubles, lane by lane.
Value *by_service(LaneCode &c, ScalarOp op, Arguments args) {
  llvm::Type *type = args[0]->getType()->getScalarType();
  return c.per_lane(args, type, [&](Arguments scalars) {
    llvm::SmallVector<Value *, 2> wide;
    for (Value *v : scalars)
      wide.push_back(c.b.CreateFPExt(v, c.b.getDoubleTy()));
    return c.b.CreateFPTrunc(c.frame.call_math(op, wide), type);
  });
}

Value *floor_mod(LaneCode &c, Arguments v) {
  llvm::IRBuilderBase &b = c.b;
  Value *zero = c.real(0, v[0]);
  Value *rest = by_service(c, ScalarOp::fmod, v);
  Value *apart =
      b.CreateXor(b.CreateFCmpOLT(rest, zero), b.CreateFCmpOLT(v[1], zero));
  Value *moved = b.CreateSelect(apart, b.CreateFAdd(rest, v[1]), rest);
  Value *signed_zero =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, zero, v[1]);
  return b.CreateSelect(b.CreateFCmpOEQ(rest, zero), signed_zero, moved);
}

Value *sign(LaneCode &c, Value *x) {
  llvm::IRBuilderBase &b = c.b;
  Value *zero = c.real(0, x);
  Value *up = b.CreateSelect(b.CreateFCmpOGT(x, zero), c.real(1, x), zero);
  Value *both = b.CreateSelect(b.CreateFCmpOLT(x, zero), c.real(-1, x), up);
  return b.CreateSelect(c.is_nan(x), x, both);
}

/// f32 functions with inline code (vector_math.h); null for the others.
Value *in_line(LaneCode &c, ScalarOp op, Arguments v) {
  // Reducing a large angle takes exact products.
  if ((op == ScalarOp::sin || op == ScalarOp::cos) &&
      !c.frame.machine.vector.fuses_multiply_adds)
    return nullptr;
  switch (op) {
  case ScalarOp::exp:
    return emit_exp(c, v[0]);
  case ScalarOp::log:
    return emit_log(c, v[0]);
  case ScalarOp::tanh:
    return emit_tanh(c, v[0]);
  case ScalarOp::erf:
    return emit_erf(c, v[0]);
  case ScalarOp::sin:
    return emit_sin(c, v[0]);
  case ScalarOp::cos:
    return emit_cos(c, v[0]);
  case ScalarOp::pow:
    return emit_pow(c, v[0], v[1]);
  default:
    return nullptr;
  }
}

bool is_constant(Value *v, double wanted) {
  if (auto *constant = llvm::dyn_cast<llvm::Constant>(v)) {
    if (constant->getType()->isVectorTy())
      constant = constant->getSplatValue();
    auto *real = llvm::dyn_cast_or_null<llvm::ConstantFP>(constant);
    return real && real->isExactlyValue(wanted);
  }
  return false;
}

/// Constant exponents that one or two multiplications compute; equal to the
/// general code within its rounding error.
Value *special_power(LaneCode &c, Arguments v) {
  if (is_constant(v[1], 1))
    return v[0];
  if (is_constant(v[1], 2))
    return c.b.CreateFMul(v[0], v[0]);
  if (is_constant(v[1], 3))
    return c.b.CreateFMul(c.b.CreateFMul(v[0], v[0]), v[0]);
  if (is_constant(v[1], -1))
    return c.b.CreateFDiv(c.real(1, v[0]), v[0]);
  return nullptr;
}

Value *elementary(LaneCode &c, ScalarOp op, Arguments v) {
  if (op == ScalarOp::pow)
    if (Value *value = special_power(c, v))
      return value;
  if (c.bits(v[0]) == 32)
    if (Value *value = in_line(c, op, v))
      return value;
  return by_service(c, op, v);
}

Value *rounding(LaneCode &c, ScalarOp op, Value *x) {
  switch (op) {
  case ScalarOp::floor:
    return c.call(llvm::Intrinsic::floor, {x});
  case ScalarOp::ceil:
    return c.call(llvm::Intrinsic::ceil, {x});
  case ScalarOp::round:
    return c.call(llvm::Intrinsic::roundeven, {x});
  case ScalarOp::trunc:
    return c.call(llvm::Intrinsic::trunc, {x});
  case ScalarOp::sqrt:
    return c.call(llvm::Intrinsic::sqrt, {x});
  case ScalarOp::abs:
    return c.call(llvm::Intrinsic::fabs, {x});
  case ScalarOp::neg:
    return c.b.CreateFNeg(x);
  case ScalarOp::sign:
    return sign(c, x);
  default:
    return nullptr;
  }
}

/// Minimum or maximum with a constant that is neither NaN nor a zero whose sign
/// matters: one comparison, which selects x if x is NaN.
Value *bounded(LaneCode &c, bool lower, Value *x, Value *bound) {
  auto *constant = llvm::dyn_cast<llvm::Constant>(bound);
  if (constant && constant->getType()->isVectorTy())
    constant = constant->getSplatValue();
  auto *real = llvm::dyn_cast_or_null<llvm::ConstantFP>(constant);
  if (!real || real->isNaN() || (real->isZero() && real->isNegative() != lower))
    return nullptr;
  Value *keep =
      lower ? c.b.CreateFCmpULT(x, bound) : c.b.CreateFCmpUGT(x, bound);
  return c.b.CreateSelect(keep, x, bound);
}

/// NaN if either is.
Value *ordered_extreme(LaneCode &c, bool lower, Value *x, Value *y) {
  auto which =
      lower ? llvm::Intrinsic::minimumnum : llvm::Intrinsic::maximumnum;
  Value *nan = llvm::ConstantFP::getNaN(x->getType());
  return c.b.CreateSelect(c.b.CreateFCmpUNO(x, y), nan, c.call(which, {x, y}));
}

/// x86's minimum and maximum return the second operand if both are zeros or one
/// is NaN. Doing it in both orders gives both operands; combining their bits
/// gives the result. (An all-ones mask is a NaN.)
Value *extreme(LaneCode &c, bool lower, Value *x, Value *y) {
  if (Value *value = bounded(c, lower, x, y))
    return value;
  if (Value *value = bounded(c, lower, y, x))
    return value;
  if (c.frame.machine.vector.has_ieee_min_max)
    return ordered_extreme(c, lower, x, y);
  llvm::IRBuilderBase &b = c.b;
  auto pick = [&](Value *first, Value *second) {
    Value *take =
        lower ? b.CreateFCmpOLT(first, second) : b.CreateFCmpOGT(first, second);
    return c.to_bits(b.CreateSelect(take, first, second));
  };
  Value *one = pick(x, y), *other = pick(y, x);
  if (lower)
    return c.from_bits(b.CreateOr(one, other));
  Value *unordered = b.CreateSExt(b.CreateFCmpUNO(x, y), one->getType());
  return c.from_bits(b.CreateOr(b.CreateAnd(one, other), unordered));
}

/// x * y + z of f32, rounded once, on a machine without an instruction for it.
/// The product is exact as f64. The sum is rounded to odd there, so that the
/// rounding to f32 is that of the exact sum. Source: Boldo and Melquiond,
/// "Emulation of a FMA and correctly rounded sums", IEEE Transactions on
/// Computers 57(4), 2008; the sum's error is Knuth's TwoSum.
Value *fused_in_f64(LaneCode &c, Arguments v) {
  llvm::IRBuilderBase &b = c.b;
  auto wide = [&](Value *x) { return b.CreateFPExt(x, c.f64(x)); };
  Value *product = b.CreateFMul(wide(v[0]), wide(v[1])), *z = wide(v[2]);
  Value *sum = b.CreateFAdd(product, z);
  Value *of_z = b.CreateFSub(sum, product);
  Value *error = b.CreateFAdd(b.CreateFSub(product, b.CreateFSub(sum, of_z)),
                              b.CreateFSub(z, of_z));
  Value *bits = c.to_bits(sum), *one = c.whole(1, bits);
  Value *even = b.CreateICmpEQ(b.CreateAnd(bits, one), c.whole(0, bits));
  Value *zero = c.real(0, sum);
  // Not if the error is a NaN: then the sum is no finite number.
  Value *inexact = b.CreateFCmpONE(error, zero);
  Value *outwards =
      b.CreateICmpEQ(b.CreateFCmpOLT(error, zero), b.CreateFCmpOLT(sum, zero));
  Value *step = b.CreateSelect(outwards, one, c.whole(-1, bits));
  Value *odd =
      b.CreateSelect(b.CreateAnd(even, inexact), b.CreateAdd(bits, step), bits);
  return b.CreateFPTrunc(c.from_bits(odd), v[0]->getType());
}

/// x * y + z, rounded once.
Value *fused(LaneCode &c, Arguments v) {
  if (c.frame.machine.vector.fuses_multiply_adds)
    return c.multiply_add(v[0], v[1], v[2]);
  return c.bits(v[0]) == 32 ? fused_in_f64(c, v)
                            : by_service(c, ScalarOp::fma, v);
}

Value *binary(LaneCode &c, ScalarOp op, Arguments v) {
  llvm::IRBuilderBase &b = c.b;
  switch (op) {
  case ScalarOp::add:
    return b.CreateFAdd(v[0], v[1]);
  case ScalarOp::sub:
    return b.CreateFSub(v[0], v[1]);
  case ScalarOp::mul:
    return b.CreateFMul(v[0], v[1]);
  case ScalarOp::div:
    return b.CreateFDiv(v[0], v[1]);
  case ScalarOp::fma:
    return fused(c, v);
  case ScalarOp::min:
  case ScalarOp::max:
    return extreme(c, op == ScalarOp::min, v[0], v[1]);
  case ScalarOp::eq:
    return b.CreateFCmpOEQ(v[0], v[1]);
  case ScalarOp::ne:
    return b.CreateFCmpUNE(v[0], v[1]);
  case ScalarOp::lt:
    return b.CreateFCmpOLT(v[0], v[1]);
  case ScalarOp::le:
    return b.CreateFCmpOLE(v[0], v[1]);
  case ScalarOp::mod:
    return floor_mod(c, v);
  default:
    return nullptr;
  }
}

} // namespace

Value *emit_real_op(LaneCode &c, ScalarOp op, Arguments args) {
  switch (info(op).signature) {
  case ScalarSignature::same:
  case ScalarSignature::test:
  case ScalarSignature::real:
    break;
  default:
    return nullptr;
  }
  if (Value *value = binary(c, op, args))
    return value;
  if (Value *value = rounding(c, op, args[0]))
    return value;
  return elementary(c, op, args);
}

} // namespace landfall::kernels
