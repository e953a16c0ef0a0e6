//===- lane_quantize.cpp - Quantisation to 8 bits in code -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operation by operation, quantisation takes longer than the products of most
// convolutions: a division, a rounding, the test for NaN, two bounds in reals.
// Here a conversion that rounds to the nearest even integer and saturating
// integers take their place, where all lanes are of the usual kind; vectors
// with another lane are computed operation by operation.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_quantize.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_convert.h"

#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IntrinsicInst.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// round(value) + zero.
struct Quantized {
  Value *value;
  Value *zero = nullptr;       ///< f32, or null.
  Value *whole_zero = nullptr; ///< The same as i32.
};

Value *rounded_in(Value *x) {
  auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(x);
  return call && call->getIntrinsicID() == llvm::Intrinsic::roundeven
             ? call->getArgOperand(0)
             : nullptr;
}

/// An integer of 8 bits that was converted to f32, in all lanes, as i32.
Value *whole_in(LaneCode &c, Value *x) {
  auto lanes =
      llvm::cast<llvm::FixedVectorType>(x->getType())->getNumElements();
  Value *scalar = llvm::getSplatValue(x);
  auto *cast = llvm::dyn_cast_or_null<llvm::CastInst>(scalar);
  if (!cast || !cast->getOperand(0)->getType()->isIntegerTy(8))
    return nullptr;
  bool is_signed = cast->getOpcode() == llvm::Instruction::SIToFP;
  if (!is_signed && cast->getOpcode() != llvm::Instruction::UIToFP)
    return nullptr;
  Value *whole =
      c.b.CreateIntCast(cast->getOperand(0), c.b.getInt32Ty(), is_signed);
  return c.b.CreateVectorSplat(lanes, whole);
}

std::optional<Quantized> match(LaneCode &c, Value *x) {
  if (Value *value = rounded_in(x))
    return Quantized{value};
  auto *sum = llvm::dyn_cast<llvm::BinaryOperator>(x);
  if (!sum || sum->getOpcode() != llvm::Instruction::FAdd)
    return std::nullopt;
  Value *value = rounded_in(sum->getOperand(0));
  Value *whole = value ? whole_in(c, sum->getOperand(1)) : nullptr;
  if (!whole)
    return std::nullopt;
  return Quantized{value, sum->getOperand(1), whole};
}

/// The smaller or larger of two reals, as IEEE 754's minimum and maximum, where
/// the machine has no instruction for it (lane_real.cpp).
struct Extreme {
  bool lower;
  Value *x, *y;
};

std::optional<Extreme> extreme_in(Value *value) {
  auto under_cast = [](Value *x) -> Value * {
    auto *cast = llvm::dyn_cast<llvm::BitCastInst>(x);
    return cast ? cast->getOperand(0) : nullptr;
  };
  auto *join = llvm::dyn_cast_or_null<llvm::BinaryOperator>(under_cast(value));
  if (!join || join->getOpcode() != llvm::Instruction::Or)
    return std::nullopt;
  auto *both = llvm::dyn_cast<llvm::BinaryOperator>(join->getOperand(0));
  bool lower = !both || both->getOpcode() != llvm::Instruction::And;
  auto *pick = llvm::dyn_cast_or_null<llvm::SelectInst>(
      under_cast(lower ? join->getOperand(0) : both->getOperand(0)));
  auto *test =
      pick ? llvm::dyn_cast<llvm::FCmpInst>(pick->getCondition()) : nullptr;
  auto order = lower ? llvm::FCmpInst::FCMP_OLT : llvm::FCmpInst::FCMP_OGT;
  if (!test || test->getPredicate() != order ||
      test->getOperand(0) != pick->getTrueValue() ||
      test->getOperand(1) != pick->getFalseValue())
    return std::nullopt;
  return Extreme{lower, pick->getTrueValue(), pick->getFalseValue()};
}

/// A value that quantises to the same integer where the bounds that are added
/// to `bounds` are no NaN: it may differ in the sign of zero. It is NaN if the
/// value would be.
Value *without_order_of_zeros(LaneCode &c, Value *value, Values &bounds) {
  std::optional<Extreme> found = extreme_in(value);
  if (!found)
    return value;
  bool is_second = llvm::getSplatValue(found->y) != nullptr;
  Value *bound = is_second ? found->y : found->x;
  if (!llvm::getSplatValue(bound))
    return value;
  bounds.push_back(llvm::getSplatValue(bound));
  Value *inner =
      without_order_of_zeros(c, is_second ? found->x : found->y, bounds);
  // The value, not the bound, where they have no order: as x86's instructions.
  Value *take = found->lower ? c.b.CreateFCmpOLT(bound, inner)
                             : c.b.CreateFCmpOGT(bound, inner);
  return c.b.CreateSelect(take, bound, inner);
}

/// The reciprocal of a number in all lanes; NaN if it is not of full precision,
/// or if one of `bounds` is NaN.
Value *reciprocal(LaneCode &c, Value *divisor, const Values &bounds,
                  unsigned lanes) {
  Value *magnitude = c.b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, divisor);
  Value *is_usual =
      c.b.CreateAnd(c.b.CreateFCmpOGT(magnitude, c.real(0x1p-120, divisor)),
                    c.b.CreateFCmpOLT(magnitude, c.real(0x1p120, divisor)));
  for (Value *bound : bounds)
    is_usual = c.b.CreateAnd(is_usual, c.b.CreateFCmpORD(bound, bound));
  Value *one = c.b.CreateFDiv(c.real(1, divisor), divisor);
  return c.b.CreateVectorSplat(
      lanes, c.b.CreateSelect(is_usual, one,
                              llvm::ConstantFP::getNaN(divisor->getType())));
}

} // namespace

Value *emit_quantized(LaneCode &c, DType to, Value *x) {
  auto *type = llvm::dyn_cast<llvm::FixedVectorType>(x->getType());
  if (!type || c.bits(x) != 32 || info(to).bits != 8)
    return nullptr;
  std::optional<Quantized> found = match(c, x);
  if (!found)
    return nullptr;
  llvm::IRBuilderBase &b = c.b;
  // A quotient by one number, if the value is one.
  auto *division = llvm::dyn_cast<llvm::BinaryOperator>(found->value);
  Value *divisor = division && division->getOpcode() == llvm::Instruction::FDiv
                       ? llvm::getSplatValue(division->getOperand(1))
                       : nullptr;
  auto is_below = [&](Value *real, double bound) {
    return b.CreateFCmpOLT(b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, real),
                           c.real(bound, real));
  };
  auto round = [&](Value *real) {
    return b.CreateIntrinsic(llvm::Intrinsic::lrint,
                             {c.integer(32, real), real->getType()}, {real});
  };
  Value *near = found->value;
  if (divisor) {
    Values bounds;
    Value *dividend =
        without_order_of_zeros(c, division->getOperand(0), bounds);
    near = b.CreateFMul(dividend,
                        reciprocal(c, divisor, bounds, type->getNumElements()));
  }
  Value *whole = round(near);
  // A product with the reciprocal is within 2^-13 of the correctly rounded
  // quotient if it is less than 512, as three roundings err by 2^-24 each: so
  // both round to the same integer unless they are as close to the middle of
  // two. Larger ones saturate. What is beyond 32 bits, or NaN, is far from what
  // it is converted to.
  Value *is_usual =
      divisor
          ? is_below(b.CreateFSub(near, b.CreateSIToFP(whole, near->getType())),
                     0.5 - 0x1p-13)
          : is_below(near, 0x1p30);
  return emit_if(
      c.frame, b.CreateAndReduce(is_usual),
      [&] {
        // Bounds first: the sum may be beyond 32 bits.
        int64_t low = is_signed_integer(to) ? -128 : 0;
        auto bound = [&](int64_t value) -> Value * {
          Value *limit = c.whole(value, whole);
          return found->zero ? b.CreateSub(limit, found->whole_zero) : limit;
        };
        Value *sum =
            b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, whole, bound(low));
        sum = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, sum,
                                      bound(low + 255));
        if (found->zero)
          sum = b.CreateAdd(sum, found->whole_zero);
        return Values{b.CreateTrunc(sum, c.integer(8, sum))};
      },
      [&] {
        // Again, so that the usual way does not compute what this one needs.
        Value *real = found->value;
        if (divisor)
          real = b.CreateFDiv(division->getOperand(0), division->getOperand(1));
        real = c.call(llvm::Intrinsic::roundeven, {real});
        if (found->zero)
          real = b.CreateFAdd(real, found->zero);
        return Values{emit_clamped(c, to, real)};
      })[0];
}

} // namespace landfall::kernels
