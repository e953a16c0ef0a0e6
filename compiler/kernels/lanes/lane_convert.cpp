//===- lane_convert.cpp - Conversions between types in code ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_convert.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_integer.h"
#include "compiler/kernels/lanes/lane_quantize.h"
#include "compiler/kernels/lanes/narrow_real.h"

#include <cmath>

namespace landfall::kernels {

namespace {

using llvm::Value;

/// Bits of the register that holds an integer type.
unsigned register_bits(DType type) {
  return type == DType::boolean ? 1 : info(type).bytes * 8;
}

bool is_signed(DType type) { return is_signed_integer(type); }

/// Real to integer of `bits` bits, clamped; NaN gives 0. Fixed vectors are
/// converted by comparisons and a plain conversion, as x86 has no saturating
/// one and LLVM would split the vector.
Value *saturating(LaneCode &c, bool is_signed, unsigned bits, Value *x) {
  if (!llvm::isa<llvm::FixedVectorType>(x->getType())) {
    auto id =
        is_signed ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat;
    return c.b.CreateIntrinsic(id, {c.integer(bits, x), x->getType()}, {x});
  }
  double end = std::ldexp(1.0, int(is_signed ? bits - 1 : bits));
  Value *low = c.real(is_signed ? -end : 0, x);
  Value *y = c.b.CreateSelect(c.b.CreateFCmpOGT(x, low), x, low);
  if (is_signed) // Otherwise the comparison has made it 0.
    y = c.b.CreateSelect(c.is_nan(x), c.real(0, x), y);
  if (bits <= 16) { // The greatest value is an exact f32.
    Value *high = c.real(end - 1, x);
    y = c.b.CreateSelect(c.b.CreateFCmpOLT(y, high), y, high);
    return c.b.CreateTrunc(c.b.CreateFPToSI(y, c.integer(32, x)),
                           c.integer(bits, x));
  }
  llvm::Type *type = c.integer(bits, x);
  Value *whole =
      is_signed ? c.b.CreateFPToSI(y, type) : c.b.CreateFPToUI(y, type);
  llvm::APInt most = is_signed ? llvm::APInt::getSignedMaxValue(bits)
                               : llvm::APInt::getMaxValue(bits);
  Value *above = c.b.CreateFCmpOGE(x, c.real(end, x));
  return c.b.CreateSelect(above, llvm::ConstantInt::get(type, most), whole);
}

/// Real to integer: rounds towards zero, clamps to the range of i64 (of u64,
/// for u64), maps NaN to 0, then wraps to the type.
Value *through_i64(LaneCode &c, DType to, Value *x) {
  Value *wide = saturating(c, true, 64, x);
  if (to == DType::u64) {
    Value *high = saturating(c, false, 64, x);
    Value *above = c.b.CreateFCmpOGE(x, c.real(0x1p63, x));
    wide = c.b.CreateSelect(above, high, wide);
  }
  Value *narrow = c.b.CreateTrunc(wide, c.integer(register_bits(to), x));
  return emit_wrap(c, to, narrow);
}

Value *real_to_integer(LaneCode &c, DType to, Value *x) {
  if (!x->getType()->isVectorTy() || register_bits(to) > 32)
    return through_i64(c, to, x);
  // Vectors are converted to i32 first; only if some lane is out of range
  // (rare) are all converted to i64.
  Value *magnitude = c.b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
  Value *near = c.b.CreateFCmpOLT(magnitude, c.real(0x1p31, x));
  return emit_if(
      c.frame, c.b.CreateAndReduce(near),
      [&] {
        Value *i = c.b.CreateFPToSI(x, c.integer(32, x));
        i = c.b.CreateTrunc(i, c.integer(register_bits(to), x));
        return Values{emit_wrap(c, to, i)};
      },
      [&] { return Values{through_i64(c, to, x)}; })[0];
}

Value *real_to_integer_clamped(LaneCode &c, DType to, Value *x) {
  if (Value *value = emit_quantized(c, to, x))
    return value;
  return emit_clamped(c, to, x);
}

Value *real_to_real(LaneCode &c, DType to, DType from, Value *x, bool clamps) {
  if (to == DType::f64)
    return from == DType::f64 ? x : c.b.CreateFPExt(x, c.f64(x));
  if (to == DType::f32)
    return from == DType::f64 ? c.b.CreateFPTrunc(x, c.f32(x)) : x;
  if (from == DType::f64)
    x = emit_round_to_odd(c, x);
  return emit_round_to(c, to, x, clamps ? Saturation::on : Saturation::off);
}

Value *integer_to_real(LaneCode &c, DType to, DType from, Value *x,
                       bool clamps) {
  llvm::Type *type = to == DType::f64 ? c.f64(x) : c.f32(x);
  Value *real =
      is_signed(from) ? c.b.CreateSIToFP(x, type) : c.b.CreateUIToFP(x, type);
  if (!is_narrow_real(to))
    return real;
  return emit_round_to(c, to, real, clamps ? Saturation::on : Saturation::off);
}

Value *integer_to_integer(LaneCode &c, DType to, DType from, Value *x) {
  llvm::Type *type = c.integer(register_bits(to), x);
  Value *y = is_signed(from) ? c.b.CreateSExtOrTrunc(x, type)
                             : c.b.CreateZExtOrTrunc(x, type);
  return emit_wrap(c, to, y);
}

/// As signed 64-bit numbers, except that u64 has its own upper half.
Value *integer_clamped(LaneCode &c, DType to, DType from, Value *x) {
  int low_bits = info(to).bits - (is_signed(to) ? 1 : 0);
  int from_bits = info(from).bits - (is_signed(from) ? 1 : 0);
  if (from_bits > low_bits) {
    int64_t highest = int64_t((uint64_t(1) << low_bits) - 1);
    Value *limit = c.whole(highest, x);
    Value *above = is_signed(from) ? c.b.CreateICmpSGT(x, limit)
                                   : c.b.CreateICmpUGT(x, limit);
    x = c.b.CreateSelect(above, limit, x);
  }
  if (is_signed(from) && (!is_signed(to) || from_bits > low_bits)) {
    int64_t lowest = is_signed(to) ? -(int64_t(1) << low_bits) : 0;
    Value *limit = c.whole(lowest, x);
    x = c.b.CreateSelect(c.b.CreateICmpSLT(x, limit), limit, x);
  }
  return integer_to_integer(c, to, from, x);
}

Value *reinterpret(LaneCode &c, DType to, DType from, Value *x) {
  if (!is_real(to) && !is_real(from))
    return x;
  return emit_from_storage(c, to, emit_to_storage(c, from, x));
}

} // namespace

Value *emit_clamped(LaneCode &c, DType to, Value *x) {
  Value *value = saturating(c, is_signed(to), info(to).bits, x);
  llvm::Type *type = c.integer(register_bits(to), x);
  return is_signed(to) ? c.b.CreateSExtOrTrunc(value, type)
                       : c.b.CreateZExtOrTrunc(value, type);
}

Value *emit_conversion(LaneCode &c, ScalarOp op, DType to, DType from,
                       Value *x) {
  if (op == ScalarOp::bitcast)
    return reinterpret(c, to, from, x);
  bool clamps = op == ScalarOp::cast_sat;
  if (is_real(to))
    return is_real(from) ? real_to_real(c, to, from, x, clamps)
                         : integer_to_real(c, to, from, x, clamps);
  if (to == DType::boolean)
    return is_real(from) ? c.b.CreateFCmpUNE(x, c.real(0, x))
                         : c.b.CreateICmpNE(x, c.whole(0, x));
  if (is_real(from))
    return clamps ? real_to_integer_clamped(c, to, x)
                  : real_to_integer(c, to, x);
  return clamps ? integer_clamped(c, to, from, x)
                : integer_to_integer(c, to, from, x);
}

llvm::Type *storage_type(LaneCode &c, DType type, Value *like) {
  return c.integer(info(type).bytes * 8, like);
}

Value *emit_to_storage(LaneCode &c, DType type, Value *x) {
  if (type == DType::boolean)
    return c.b.CreateZExt(x, c.integer(8, x));
  if (is_narrow_real(type))
    return emit_encode(c, type, x, Saturation::off);
  return is_real(type) ? c.to_bits(x) : x;
}

Value *emit_from_storage(LaneCode &c, DType type, Value *stored) {
  if (type == DType::boolean)
    return c.b.CreateICmpNE(stored, c.whole(0, stored));
  if (is_narrow_real(type))
    return emit_decode(c, type, stored);
  return is_real(type) ? c.from_bits(stored) : emit_wrap(c, type, stored);
}

} // namespace landfall::kernels
