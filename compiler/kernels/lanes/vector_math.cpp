//===- vector_math.cpp - Elementary functions in line ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Coefficients that base/minimax.h does not have are minimax fits (Remez
// exchange, 50 digits) made for this file.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/vector_math.h"

#include "base/minimax.h"
#include "compiler/kernels/frame/loop_builder.h"

#include "llvm/IR/IntrinsicsX86.h"

#include <limits>

namespace landfall::kernels {

namespace {

using llvm::Value;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using minimax::ln2_high;
using minimax::ln2_low;
using minimax::log2_e;
constexpr double two_over_pi = 0.63661977236758134308;
constexpr double half_pi_high = 0x1.921fb54442d18p+0;
constexpr double half_pi_low = 0x1.1a62633145c07p-54;

/// Clamps to [low, high]; NaN stays.
Value *clamp(LaneCode &c, Value *x, double low, double high) {
  Value *l = c.real(low, x), *h = c.real(high, x);
  x = c.b.CreateSelect(c.b.CreateFCmpOLT(x, l), l, x);
  return c.b.CreateSelect(c.b.CreateFCmpOGT(x, h), h, x);
}

/// An integral float to i32; NaN gives an unspecified number.
Value *to_i32(LaneCode &c, Value *x) {
  return c.b.CreateFreeze(c.b.CreateFPToSI(x, c.integer(32, x)));
}

Value *absolute(LaneCode &c, Value *x) {
  return c.b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
}

Value *with_sign(LaneCode &c, Value *magnitude, Value *sign) {
  return c.b.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, magnitude, sign);
}

/// A positive f32 as m * 2^e with m in [sqrt(1/2), sqrt(2)).
struct Split {
  Value *mantissa;
  Value *exponent; ///< i32
};
Split split(LaneCode &c, Value *x) {
  Value *tiny = c.b.CreateFCmpOLT(x, c.real(0x1p-126, x));
  x = c.b.CreateSelect(tiny, c.b.CreateFMul(x, c.real(0x1p23, x)), x);
  Value *bits = c.to_bits(x);
  // Moving the origin to sqrt(1/2) makes the exponent field count from there.
  Value *shifted = c.b.CreateSub(bits, c.whole(0x3f3504f3, bits));
  Value *e = c.b.CreateAShr(shifted, c.whole(23, bits));
  Value *m = c.b.CreateSub(bits, c.b.CreateShl(e, c.whole(23, bits)));
  Value *offset = c.b.CreateSelect(tiny, c.whole(-23, bits), c.whole(0, bits));
  return {c.from_bits(m), c.b.CreateAdd(e, offset)};
}

} // namespace

namespace {

/// 1.5 * 2^23: adding it rounds a small number to a whole one, which is then
/// in the low bits.
constexpr double whole_numbers = 0x1.8p23;

/// y * 2^n by x86's instruction, which takes n as a float and is one of whole
/// registers; null: these vectors are no such.
Value *scale_registers(LaneCode &c, Value *y, Value *n) {
  constexpr unsigned lanes = 16;
  auto *type = llvm::dyn_cast<llvm::FixedVectorType>(y->getType());
  if (!type || type->getNumElements() % lanes != 0)
    return nullptr;
  auto *one = llvm::FixedVectorType::get(c.b.getFloatTy(), lanes);
  auto *mask = llvm::ConstantInt::getAllOnesValue(c.b.getInt16Ty());
  constexpr uint32_t current_rounding = 4;
  Value *result = llvm::PoisonValue::get(type);
  for (unsigned first = 0; first < type->getNumElements(); first += lanes) {
    Value *part =
        c.b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_scalef_ps_512,
                            {c.b.CreateExtractVector(one, y, uint64_t(first)),
                             c.b.CreateExtractVector(one, n, uint64_t(first)),
                             llvm::Constant::getNullValue(one), mask,
                             c.b.getInt32(current_rounding)});
    result = c.b.CreateInsertVector(type, result, part, uint64_t(first));
  }
  return result;
}

/// y * 2^n where y is in [1/2, 2] or NaN, and n in [-151, 129]; `shifted` is
/// n + whole_numbers, and n is at most 0 if x < 0, at least 0 if not. The
/// result rounds once; it is 0 where it `vanishes`, without a product of
/// numbers.
Value *scale(LaneCode &c, Value *y, Value *shifted, Value *x, Value *vanishes) {
  Value *bits = c.to_bits(shifted), *zero = c.real(0, x);
  if (c.frame.machine.vector.scales_by_powers) {
    y = c.b.CreateSelect(vanishes, zero, y);
    Value *whole = c.b.CreateFSub(shifted, c.real(whole_numbers, y));
    if (Value *scaled = scale_registers(c, y, whole))
      return scaled;
    Value *n = c.b.CreateSub(bits, c.to_bits(c.real(whole_numbers, y)));
    return c.b.CreateIntrinsic(llvm::Intrinsic::ldexp,
                               {y->getType(), n->getType()}, {y, n});
  }
  // In two steps, as 2^n alone may be no normal number: n + 64 is added to the
  // exponent if x is negative, n - 64 if not; then 2^-64 or 2^64 follows. The
  // shift drops whole_numbers. The bits of a NaN may become those of a number:
  // the last step makes it one again.
  Value *small = c.b.CreateICmpSLT(c.to_bits(x), c.whole(0, bits));
  Value *field =
      c.b.CreateAdd(c.to_bits(y), c.b.CreateShl(bits, c.whole(23, bits)));
  Value *bias = c.b.CreateSelect(small, c.whole(64 << 23, bits),
                                 c.whole(-(64 << 23), bits));
  Value *rest = c.b.CreateSub(c.to_bits(c.real(1, y)), bias);
  Value *first = c.from_bits(c.b.CreateAdd(field, bias));
  return c.multiply_add(c.b.CreateSelect(vanishes, zero, first),
                        c.from_bits(rest), c.b.CreateFMul(y, zero));
}

/// exp(x) = y * 2^n, y in [1/2, 2].
struct Power {
  Value *y;
  Value *shifted; ///< n + whole_numbers
};
Power power(LaneCode &c, Value *x) {
  Value *shifted =
      c.multiply_add(x, c.real(log2_e, x), c.real(whole_numbers, x));
  Value *n = c.b.CreateFSub(shifted, c.real(whole_numbers, x));
  Value *r = c.multiply_add(n, c.real(-ln2_high, x), x);
  r = c.multiply_add(n, c.real(-ln2_low, x), r);
  if (c.frame.machine.vector.fuses_multiply_adds)
    return {c.polynomial(r, minimax::exp), shifted};
  // 1 + (r + r^2 * ...), so that only the last sum rounds much.
  llvm::ArrayRef<double> rest(minimax::exp);
  Value *q = c.polynomial(r, rest.drop_front(2));
  Value *small = c.multiply_add(c.b.CreateFMul(r, r), q, r);
  return {c.b.CreateFAdd(small, c.real(1, x)), shifted};
}

/// exp(x), x in [-80, 80]: n is added to the exponent, and nothing underflows.
/// NaN gives any number.
Value *moderate_exp(LaneCode &c, Value *x) {
  Power p = power(c, x);
  Value *bits = c.to_bits(p.shifted);
  return c.from_bits(
      c.b.CreateAdd(c.to_bits(p.y), c.b.CreateShl(bits, c.whole(23, bits))));
}

} // namespace

Value *emit_exp(LaneCode &c, Value *x) {
  // There, 0 is nearest. Masks of attention are full of such numbers, and
  // processors take a hundred times as long for a product that underflows.
  Value *vanishes = c.b.CreateFCmpOLT(x, c.real(-104.0, x));
  x = clamp(c, x, -104.0, 89.0);
  Power p = power(c, x);
  return scale(c, p.y, p.shifted, x, vanishes);
}

Value *emit_log(LaneCode &c, Value *x) {
  Split s = split(c, x);
  Value *f = c.b.CreateFSub(s.mantissa, c.real(1, x));
  Value *e = c.b.CreateSIToFP(s.exponent, x->getType());
  Value *p = c.polynomial(f, minimax::log);
  Value *square = c.b.CreateFMul(f, f);
  Value *y = c.b.CreateFMul(c.b.CreateFMul(f, square), p);
  y = c.multiply_add(e, c.real(ln2_low, x), y);
  y = c.multiply_add(square, c.real(-0.5, x), y);
  y = c.b.CreateFAdd(f, y);
  y = c.multiply_add(e, c.real(ln2_high, x), y);
  // Also passes NaN on.
  Value *large = c.b.CreateFCmpUEQ(x, c.real(infinity, x));
  y = c.b.CreateSelect(large, x, y);
  Value *zero = c.b.CreateFCmpOEQ(x, c.real(0, x));
  y = c.b.CreateSelect(zero, c.real(-infinity, x), y);
  Value *negative = c.b.CreateFCmpOLT(x, c.real(0, x));
  return c.b.CreateSelect(negative, c.real(not_a_number, x), y);
}

Value *emit_tanh(LaneCode &c, Value *x) {
  Value *a = absolute(c, x);
  Value *u = c.b.CreateFMul(x, x);
  Value *p = c.polynomial(u, minimax::tanh);
  Value *small = c.multiply_add(c.b.CreateFMul(u, a), p, a);
  // From 9.1 on, 1 is nearest.
  Value *limit = c.real(9.1, x);
  Value *near = c.b.CreateSelect(c.b.CreateFCmpOLT(a, limit), a, limit);
  Value *grown = moderate_exp(c, c.b.CreateFAdd(near, near));
  Value *one = c.real(1, x);
  Value *big = c.b.CreateFSub(
      one, c.b.CreateFDiv(c.real(2, x), c.b.CreateFAdd(grown, one)));
  // Passes NaN on, too.
  Value *is_small = c.b.CreateFCmpULT(a, c.real(minimax::tanh_limit, x));
  return with_sign(c, c.b.CreateSelect(is_small, small, big), x);
}

Value *emit_erf(LaneCode &c, Value *x) {
  Value *a = absolute(c, x);
  Value *u = c.b.CreateFMul(x, x);
  Value *p = c.polynomial(u, minimax::erf);
  Value *small = c.multiply_add(a, p, a);
  Value *t = clamp(c, a, 0, 4);
  Value *q = c.polynomial(t, minimax::log_erfc);
  Value *big = c.b.CreateFSub(c.real(1, x), moderate_exp(c, q));
  Value *is_small = c.b.CreateFCmpULT(a, c.real(1, x)); // NaN, too.
  return with_sign(c, c.b.CreateSelect(is_small, small, big), x);
}

namespace {

/// sin(x + quadrant * pi/2), where |x| < 2^30.
Value *sine_near(LaneCode &c, Value *x, int quadrant) {
  // Reduced in double, where f32's worst cases keep all their digits.
  Value *wide = c.b.CreateFPExt(x, c.f64(x));
  Value *n =
      c.b.CreateUnaryIntrinsic(llvm::Intrinsic::roundeven,
                               c.b.CreateFMul(wide, c.real(two_over_pi, wide)));
  Value *rest = c.multiply_add(n, c.real(-half_pi_high, wide), wide);
  rest = c.multiply_add(n, c.real(-half_pi_low, wide), rest);
  Value *r = c.b.CreateFPTrunc(rest, x->getType());
  Value *k = to_i32(c, n);
  k = c.b.CreateAdd(k, c.whole(quadrant, k));

  Value *u = c.b.CreateFMul(r, r);
  Value *s = c.polynomial(u, {-0.166666548792392593, 0.00833217381021505181,
                              -0.000195166846535544899});
  Value *sine = c.multiply_add(c.b.CreateFMul(r, u), s, r);
  Value *q = c.polynomial(u, {0.0416666467728677964, -0.00138873624766449292,
                              0.000024437831757463906});
  Value *cosine = c.multiply_add(u, c.real(-0.5, u), c.real(1, u));
  cosine = c.multiply_add(c.b.CreateFMul(u, u), q, cosine);

  Value *odd = c.b.CreateTrunc(k, c.integer(1, k));
  Value *y = c.b.CreateSelect(odd, cosine, sine);
  Value *flip = c.b.CreateShl(c.b.CreateAnd(k, c.whole(2, k)), c.whole(30, k));
  return c.from_bits(c.b.CreateXor(c.to_bits(y), flip));
}

Value *sine(LaneCode &c, Value *x, ScalarOp op) {
  Value *near = c.b.CreateFCmpOLT(absolute(c, x), c.real(0x1p30, x));
  Value *bounded = c.b.CreateSelect(near, x, c.real(0, x));
  Value *fast = sine_near(c, bounded, op == ScalarOp::cos);
  Values out = emit_if(
      c.frame, c.any(c.b.CreateNot(near)),
      [&] {
        Value *wide = c.b.CreateFPExt(x, c.f64(x));
        Value *slow = c.per_lane({wide}, c.b.getDoubleTy(),
                                 [&](llvm::ArrayRef<Value *> args) {
                                   return c.frame.call_math(op, args);
                                 });
        slow = c.b.CreateFPTrunc(slow, x->getType());
        return Values{c.b.CreateSelect(near, fast, slow)};
      },
      [&] { return Values{fast}; });
  return out[0];
}

/// log2 of a positive finite f32, in double.
Value *log2_wide(LaneCode &c, Value *x) {
  Split s = split(c, x);
  Value *m = c.b.CreateFPExt(s.mantissa, c.f64(x));
  Value *ratio = c.b.CreateFDiv(c.b.CreateFSub(m, c.real(1, m)),
                                c.b.CreateFAdd(m, c.real(1, m)));
  Value *u = c.b.CreateFMul(ratio, ratio);
  Value *p = c.polynomial(u, {2.88539008177792681, 0.961796693925989976,
                              0.577078016345378699, 0.412198585871151407,
                              0.320598531842068155, 0.262334512302968127,
                              0.220908969974886775, 0.213700500124015462});
  Value *e = c.b.CreateSIToFP(s.exponent, c.f64(x));
  return c.multiply_add(ratio, p, e);
}

/// 2^t as f32, for double t (NaN gives anything).
Value *exp2_wide(LaneCode &c, Value *t, llvm::Type *f32) {
  t = clamp(c, t, -200, 200);
  Value *n = c.b.CreateUnaryIntrinsic(llvm::Intrinsic::roundeven, t);
  Value *p = c.polynomial(c.b.CreateFSub(t, n),
                          {1.00000000000002711, 0.693147180545908219,
                           0.240226506954667925, 0.055504109413052552,
                           0.00961812922861220155, 0.00133334504740964198,
                           0.00015403411566722535, 0.000015310104154338058,
                           1.32640812293995484e-6});
  Value *k = c.b.CreateZExt(c.b.CreateAdd(to_i32(c, n), c.whole32(1023, n)),
                            c.integer(64, n));
  Value *power = c.from_bits(c.b.CreateShl(k, c.whole(52, k)));
  return c.b.CreateFPTrunc(c.b.CreateFMul(p, power), f32);
}

} // namespace

Value *emit_sin(LaneCode &c, Value *x) { return sine(c, x, ScalarOp::sin); }
Value *emit_cos(LaneCode &c, Value *x) { return sine(c, x, ScalarOp::cos); }

Value *emit_pow(LaneCode &c, Value *x, Value *y) {
  llvm::IRBuilderBase &b = c.b;
  Value *zero = c.real(0, x), *one = c.real(1, x), *inf = c.real(infinity, x);
  Value *a = absolute(c, x);
  Value *wide_y = b.CreateFPExt(y, c.f64(y));
  Value *power =
      exp2_wide(c, b.CreateFMul(log2_wide(c, a), wide_y), x->getType());

  // |x| of 0 or infinity: 0 or infinity by the sign of y.
  Value *y_positive = b.CreateFCmpOGT(y, zero);
  Value *a_zero = b.CreateFCmpOEQ(a, zero);
  Value *a_extreme = b.CreateOr(a_zero, b.CreateFCmpOEQ(a, inf));
  Value *extreme = b.CreateSelect(b.CreateXor(a_zero, y_positive), inf, zero);
  power = b.CreateSelect(a_extreme, extreme, power);
  // 0 * infinity does not make 1^infinity a NaN.
  power = b.CreateSelect(b.CreateFCmpOEQ(a, one), one, power);

  // The sign: that of x for odd integral y; no sign for other y.
  Value *y_floor = b.CreateUnaryIntrinsic(llvm::Intrinsic::trunc, y);
  Value *whole = b.CreateFCmpOEQ(y_floor, y);
  Value *half = b.CreateFMul(y, c.real(0.5, y));
  Value *half_floor = b.CreateUnaryIntrinsic(llvm::Intrinsic::trunc, half);
  Value *odd = b.CreateAnd(whole, b.CreateFCmpONE(half_floor, half));
  Value *signed_power = with_sign(c, power, x);
  power = b.CreateSelect(odd, signed_power, power);
  Value *negative = b.CreateAnd(b.CreateFCmpOLT(x, zero),
                                b.CreateFCmpOGT(x, c.real(-infinity, x)));
  Value *undefined = b.CreateAnd(negative, b.CreateNot(whole));
  power = b.CreateSelect(undefined, c.real(not_a_number, x), power);
  Value *any_nan = b.CreateFCmpUNO(x, y);
  power = b.CreateSelect(any_nan, c.real(not_a_number, x), power);
  // x^0 = 1 and 1^y = 1, also if the other operand is NaN.
  Value *is_one = b.CreateOr(b.CreateFCmpOEQ(x, one), b.CreateFCmpOEQ(y, zero));
  return b.CreateSelect(is_one, one, power);
}

} // namespace landfall::kernels
