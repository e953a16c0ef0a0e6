//===- narrow_real.cpp - Reals narrower than f32 in code ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/narrow_real.h"

#include <bit>
#include <cmath>
#include <limits>

namespace landfall::kernels {

namespace {

using llvm::Value;

/// The layout of a format, read off the reference conversions.
struct Layout {
  int mantissa_bits;
  int bias;
  uint32_t sign_bit;
  uint32_t largest;      ///< Code of the largest finite magnitude.
  uint32_t positive_inf; ///< What infinity becomes without saturation.
  uint32_t negative_inf;
  bool has_infinity;
  bool signed_zero;
};

Layout layout_of(DType type) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  auto code = [&](float x, Saturation s = Saturation::off) {
    return real_from_float(type, x, s);
  };
  Layout f;
  f.sign_bit = 1u << (info(type).bits - 1);
  // 1.0 has an empty mantissa and the bias as its exponent.
  uint32_t one = code(1.0f), two = code(2.0f);
  f.mantissa_bits = std::countr_zero(two - one);
  f.bias = int(one >> f.mantissa_bits);
  f.positive_inf = code(inf);
  f.negative_inf = code(-inf);
  f.has_infinity = std::isinf(real_to_float(type, f.positive_inf));
  f.largest = f.has_infinity ? f.positive_inf - 1 : code(inf, Saturation::on);
  f.signed_zero = code(-0.0f) != 0;
  return f;
}

Value *decode_scale(LaneCode &c, Value *bits) {
  llvm::IRBuilderBase &b = c.b;
  Value *value = b.CreateShl(bits, c.whole(23, bits));
  Value *zero = b.CreateICmpEQ(bits, c.whole(0, bits));
  value = b.CreateSelect(zero, c.whole(0x00400000, bits), value);
  Value *nan = b.CreateICmpEQ(bits, c.whole(255, bits));
  return c.from_bits(b.CreateSelect(nan, c.whole(0x7fc00000, bits), value));
}

Value *encode_scale(LaneCode &c, Value *magnitude, bool saturate) {
  llvm::IRBuilderBase &b = c.b;
  Value *field = b.CreateLShr(magnitude, c.whole(23, magnitude));
  Value *rest = b.CreateAnd(magnitude, c.whole(0x7fffff, magnitude));
  // Below the normal numbers, encodings 0 and 1 are separated at half a unit.
  Value *tiny = b.CreateICmpEQ(field, c.whole(0, field));
  Value *limit =
      b.CreateSelect(tiny, c.whole(0x400000, field), c.whole(0, field));
  Value *up = b.CreateZExt(b.CreateICmpUGT(rest, limit), field->getType());
  Value *code = b.CreateAdd(field, up);
  if (saturate)
    code = b.CreateBinaryIntrinsic(llvm::Intrinsic::umin, code,
                                   c.whole(254, code));
  Value *special = b.CreateICmpUGE(magnitude, c.whole(0x7f800000, magnitude));
  return b.CreateSelect(special, c.whole(255, code), code);
}

/// The nearest-even code of a finite magnitude, ignoring overflow.
Value *round_magnitude(LaneCode &c, const Layout &f, Value *magnitude) {
  llvm::IRBuilderBase &b = c.b;
  int drop = 23 - f.mantissa_bits;
  Value *odd = b.CreateAnd(b.CreateLShr(magnitude, c.whole(drop, magnitude)),
                           c.whole(1, magnitude));
  Value *bumped = b.CreateAdd(
      magnitude, b.CreateAdd(odd, c.whole((1 << (drop - 1)) - 1, odd)));
  Value *code = b.CreateSub(b.CreateLShr(bumped, c.whole(drop, odd)),
                            c.whole((127 - f.bias) << f.mantissa_bits, odd));
  if (f.bias == 127)
    return code; // Subnormal numbers line up with f32's.
  // Subnormal: adding a power of two leaves just the kept bits.
  Value *magic = c.real32(std::ldexp(1.0, 24 - f.bias - f.mantissa_bits), odd);
  Value *sum = b.CreateFAdd(c.from_bits(magnitude), magic);
  Value *subnormal = b.CreateSub(c.to_bits(sum), c.to_bits(magic));
  Value *is_small =
      b.CreateICmpULT(magnitude, c.whole((128 - f.bias) << 23, magnitude));
  return b.CreateSelect(is_small, subnormal, code);
}

Value *encode_bits(LaneCode &c, DType type, Value *x, Saturation saturate) {
  llvm::IRBuilderBase &b = c.b;
  bool clamps = saturate == Saturation::on && info(type).bits <= 8;
  Value *bits = c.to_bits(x);
  Value *magnitude = b.CreateAnd(bits, c.whole(0x7fffffff, bits));
  if (type == DType::f8e8m0)
    return encode_scale(c, magnitude, clamps);
  Layout f = layout_of(type);
  Value *negative = b.CreateICmpSLT(bits, c.whole(0, bits));
  Value *sign =
      b.CreateSelect(negative, c.whole(f.sign_bit, bits), c.whole(0, bits));
  Value *code = round_magnitude(c, f, magnitude);
  Value *over = b.CreateICmpSGT(code, c.whole(f.largest, code));
  if (!f.signed_zero)
    sign = b.CreateSelect(b.CreateICmpEQ(code, c.whole(0, code)),
                          c.whole(0, code), sign);
  Value *result = b.CreateOr(code, sign);
  Value *overflow =
      clamps ? b.CreateOr(sign, c.whole(f.largest, sign))
             : b.CreateSelect(negative, c.whole(f.negative_inf, sign),
                              c.whole(f.positive_inf, sign));
  result = b.CreateSelect(over, overflow, result);
  Value *nan = b.CreateICmpUGT(magnitude, c.whole(0x7f800000, magnitude));
  constexpr float quiet = std::numeric_limits<float>::quiet_NaN();
  uint32_t nan_code = real_from_float(type, quiet) & ~f.sign_bit;
  Value *nan_bits = c.whole(real_from_float(type, quiet), code);
  if (nan_code) {
    nan_bits = b.CreateOr(sign, c.whole(nan_code, code));
    if (f.has_infinity) // Keeps the leading bits of the payload.
      nan_bits = b.CreateOr(
          nan_bits,
          b.CreateAnd(
              b.CreateLShr(magnitude, c.whole(23 - f.mantissa_bits, magnitude)),
              c.whole((1 << f.mantissa_bits) - 1, magnitude)));
  }
  return b.CreateSelect(nan, nan_bits, result);
}

} // namespace

Value *emit_decode(LaneCode &c, DType type, Value *stored) {
  llvm::IRBuilderBase &b = c.b;
  if (type == DType::f16 && c.frame.machine.vector.converts_half)
    return b.CreateFPExt(
        b.CreateBitCast(stored, c.shaped(b.getHalfTy(), stored)),
        c.f32(stored));
  Value *bits = b.CreateZExt(stored, c.integer(32, stored));
  if (type == DType::bf16)
    return c.from_bits(b.CreateShl(bits, c.whole(16, bits)));
  if (type == DType::f8e8m0)
    return decode_scale(c, bits);
  Layout f = layout_of(type);
  Value *magnitude = b.CreateAnd(bits, c.whole(f.sign_bit - 1, bits));
  Value *normal =
      b.CreateAdd(b.CreateShl(magnitude, c.whole(23 - f.mantissa_bits, bits)),
                  c.whole((127 - f.bias) << 23, bits));
  Value *units = b.CreateSIToFP(magnitude, c.f32(bits));
  Value *subnormal = c.to_bits(b.CreateFMul(
      units, c.real32(std::ldexp(1.0, 1 - f.bias - f.mantissa_bits), bits)));
  Value *is_small =
      b.CreateICmpULT(magnitude, c.whole(1 << f.mantissa_bits, bits));
  Value *result = b.CreateSelect(is_small, subnormal, normal);
  if (f.has_infinity) {
    Value *special = b.CreateICmpUGT(magnitude, c.whole(f.largest, bits));
    result = b.CreateSelect(
        special, b.CreateOr(normal, c.whole(0x7f800000, bits)), result);
  } else if (f.signed_zero && type != DType::f4e2m1) {
    Value *nan = b.CreateICmpUGT(magnitude, c.whole(f.largest, bits));
    result = b.CreateSelect(nan, c.whole(0x7fc00000, bits), result);
  }
  Value *sign = b.CreateShl(b.CreateAnd(bits, c.whole(f.sign_bit, bits)),
                            c.whole(32 - info(type).bits, bits));
  result = b.CreateOr(result, sign);
  if (!f.signed_zero) {
    Value *nan = b.CreateICmpEQ(bits, c.whole(f.sign_bit, bits));
    result = b.CreateSelect(nan, c.whole(0x7fc00000, bits), result);
  }
  return c.from_bits(result);
}

Value *emit_encode(LaneCode &c, DType type, Value *x, Saturation saturate) {
  auto known = c.frame.encodings.find({type, x});
  if (saturate == Saturation::off && known != c.frame.encodings.end())
    return known->second;
  if (type == DType::f16 && c.frame.machine.vector.converts_half) {
    Value *half = c.b.CreateFPTrunc(x, c.shaped(c.b.getHalfTy(), x));
    return c.b.CreateBitCast(half, c.integer(16, x));
  }
  Value *bits = encode_bits(c, type, x, saturate);
  return c.b.CreateTrunc(bits, c.integer(info(type).bytes * 8, x));
}

Value *emit_round_to(LaneCode &c, DType type, Value *x, Saturation saturate) {
  Value *code = emit_encode(c, type, x, saturate);
  Value *value = emit_decode(c, type, code);
  c.frame.encodings[{type, value}] = code;
  return value;
}

Value *emit_round_to_odd(LaneCode &c, Value *x) {
  llvm::IRBuilderBase &b = c.b;
  Value *nearest = b.CreateFPTrunc(x, c.f32(x));
  Value *back = b.CreateFPExt(nearest, x->getType());
  Value *bits = c.to_bits(nearest);
  Value *even =
      b.CreateICmpEQ(b.CreateAnd(bits, c.whole(1, bits)), c.whole(0, bits));
  Value *inexact = b.CreateFCmpONE(back, x);
  auto magnitude = [&](Value *v) {
    return b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, v);
  };
  Value *below = b.CreateFCmpOLT(magnitude(back), magnitude(x));
  Value *step = b.CreateSelect(below, c.whole(1, bits), c.whole(-1, bits));
  Value *adjusted = b.CreateAdd(bits, step);
  return c.from_bits(
      b.CreateSelect(b.CreateAnd(even, inexact), adjusted, bits));
}

} // namespace landfall::kernels
