//===- lane_integer.cpp - Total integer arithmetic in code ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// In LLVM IR, division by zero, the overflowing quotient and shifts by the
// width or more are undefined; operands are selected so that none occurs.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_integer.h"

#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

namespace {

using llvm::Value;

/// The arithmetic of one integer type.
class IntegerCode {
public:
  IntegerCode(LaneCode &code, DType type)
      : c(code), b(code.b), type_(type), is_signed_(is_signed_integer(type)) {}

  Value *quotient(Value *x, Value *y);
  Value *remainder(Value *x, Value *y);
  Value *floor_mod(Value *x, Value *y);
  Value *power(Value *base, Value *exponent);
  Value *shift_left(Value *x, Value *places);
  Value *shift_right(Value *x, Value *places);
  Value *less(Value *x, Value *y, bool or_equal);
  Value *sign(Value *x);
  Value *absolute(Value *x);
  Value *pick(Value *condition, Value *x, Value *y) {
    return b.CreateSelect(condition, x, y);
  }

private:
  Value *plain_quotient(Value *x, Value *y);
  Value *is(Value *x, int64_t value) {
    return b.CreateICmpEQ(x, c.whole(value, x));
  }

  LaneCode &c;
  llvm::IRBuilderBase &b;
  DType type_;
  bool is_signed_;
};

/// For y not 0 (nor -1, if signed). Vectors of up to 32 bits go through
/// floating point where no instruction divides them, and the quotient truncates
/// to the same number as long as both fit the mantissa.
Value *IntegerCode::plain_quotient(Value *x, Value *y) {
  unsigned bits = c.bits(x);
  if (!x->getType()->isVectorTy() || bits > 32 || bits == 1 ||
      llvm::isa<llvm::Constant>(y) || c.frame.machine.vector.divides_integers)
    return is_signed_ ? b.CreateSDiv(x, y) : b.CreateUDiv(x, y);
  llvm::Type *real = bits <= 16 ? c.f32(x) : c.f64(x);
  auto widen = [&](Value *v) {
    return is_signed_ ? b.CreateSIToFP(v, real) : b.CreateUIToFP(v, real);
  };
  Value *ratio = b.CreateFDiv(widen(x), widen(y));
  return is_signed_ ? b.CreateFPToSI(ratio, x->getType())
                    : b.CreateFPToUI(ratio, x->getType());
}

Value *IntegerCode::quotient(Value *x, Value *y) {
  Value *zero = is(y, 0), *one = c.whole(1, y);
  if (!is_signed_)
    return pick(zero, c.whole(0, x), plain_quotient(x, pick(zero, one, y)));
  Value *minus = is(y, -1);
  Value *q = plain_quotient(x, pick(b.CreateOr(zero, minus), one, y));
  return pick(zero, c.whole(0, x), pick(minus, b.CreateNeg(x), q));
}

Value *IntegerCode::remainder(Value *x, Value *y) {
  Value *zero = is(y, 0), *one = c.whole(1, y);
  Value *unfit = is_signed_ ? b.CreateOr(zero, is(y, -1)) : zero;
  Value *divisor = pick(unfit, one, y);
  if (!x->getType()->isVectorTy())
    // The divisor was replaced by 1, so that the remainder is 0, as required.
    return is_signed_ ? b.CreateSRem(x, divisor) : b.CreateURem(x, divisor);
  return b.CreateSub(x, b.CreateMul(plain_quotient(x, divisor), divisor));
}

Value *IntegerCode::floor_mod(Value *x, Value *y) {
  Value *rest = remainder(x, y);
  if (!is_signed_)
    return rest;
  Value *apart = b.CreateICmpSLT(b.CreateXor(rest, y), c.whole(0, rest));
  Value *off = b.CreateAnd(apart, b.CreateNot(is(rest, 0)));
  return b.CreateAdd(rest, pick(off, y, c.whole(0, y)));
}

Value *IntegerCode::power(Value *base, Value *exponent) {
  Value *one = c.whole(1, base);
  Values init = {one, base, exponent};
  Values out =
      emit_for(c.frame, c.frame.index(0), c.frame.index(info(type_).bits),
               c.frame.index(1), init, [&](Value *, llvm::ArrayRef<Value *> v) {
                 Value *odd = b.CreateTrunc(v[2], c.integer(1, v[2]));
                 return Values{b.CreateMul(v[0], pick(odd, v[1], one)),
                               b.CreateMul(v[1], v[1]),
                               b.CreateLShr(v[2], c.whole(1, v[2]))};
               });
  if (!is_signed_)
    return out[0];
  Value *odd = b.CreateTrunc(exponent, c.integer(1, exponent));
  Value *minus_one = c.whole(-1, base), *zero = c.whole(0, base);
  Value *inverse = pick(is(base, 1), one,
                        pick(is(base, -1), pick(odd, minus_one, one), zero));
  Value *negative = b.CreateICmpSLT(exponent, c.whole(0, exponent));
  return pick(negative, inverse, out[0]);
}

Value *IntegerCode::shift_left(Value *x, Value *places) {
  Value *fits = b.CreateICmpULT(places, c.whole(info(type_).bits, places));
  Value *safe = pick(fits, places, c.whole(0, places));
  return pick(fits, b.CreateShl(x, safe), c.whole(0, x));
}

Value *IntegerCode::shift_right(Value *x, Value *places) {
  int64_t width = info(type_).bits;
  Value *fits = b.CreateICmpULT(places, c.whole(width, places));
  if (is_signed_)
    return b.CreateAShr(x, pick(fits, places, c.whole(width - 1, places)));
  Value *safe = pick(fits, places, c.whole(0, places));
  return pick(fits, b.CreateLShr(x, safe), c.whole(0, x));
}

Value *IntegerCode::less(Value *x, Value *y, bool or_equal) {
  if (is_signed_)
    return or_equal ? b.CreateICmpSLE(x, y) : b.CreateICmpSLT(x, y);
  return or_equal ? b.CreateICmpULE(x, y) : b.CreateICmpULT(x, y);
}

Value *IntegerCode::sign(Value *x) {
  Value *nonzero = b.CreateZExt(b.CreateNot(is(x, 0)), x->getType());
  if (!is_signed_)
    return nonzero;
  return pick(b.CreateICmpSLT(x, c.whole(0, x)), c.whole(-1, x), nonzero);
}

Value *IntegerCode::absolute(Value *x) {
  if (!is_signed_)
    return x;
  return pick(b.CreateICmpSLT(x, c.whole(0, x)), b.CreateNeg(x), x);
}

/// The same on bools, where arithmetic is modulo two.
Value *bool_op(LaneCode &c, ScalarOp op, llvm::ArrayRef<Value *> v) {
  llvm::IRBuilderBase &b = c.b;
  switch (op) {
  case ScalarOp::add:
  case ScalarOp::sub:
  case ScalarOp::bit_xor:
  case ScalarOp::ne:
    return b.CreateXor(v[0], v[1]);
  case ScalarOp::mul:
  case ScalarOp::div:
  case ScalarOp::min:
  case ScalarOp::bit_and:
    return b.CreateAnd(v[0], v[1]);
  case ScalarOp::max:
  case ScalarOp::bit_or:
    return b.CreateOr(v[0], v[1]);
  case ScalarOp::mod:
  case ScalarOp::fmod:
    return c.whole(0, v[0]);
  case ScalarOp::pow:
  case ScalarOp::le:
    return op == ScalarOp::pow ? b.CreateOr(v[0], b.CreateNot(v[1]))
                               : b.CreateOr(b.CreateNot(v[0]), v[1]);
  case ScalarOp::lt:
    return b.CreateAnd(b.CreateNot(v[0]), v[1]);
  case ScalarOp::eq:
    return b.CreateNot(b.CreateXor(v[0], v[1]));
  case ScalarOp::shl:
  case ScalarOp::shr:
    return b.CreateAnd(v[0], b.CreateNot(v[1]));
  case ScalarOp::bit_not:
    return b.CreateNot(v[0]);
  case ScalarOp::neg:
  case ScalarOp::abs:
  case ScalarOp::sign:
    return v[0];
  default:
    return nullptr;
  }
}

/// Operations that may leave a sub-byte value outside its width.
Value *unwrapped_op(LaneCode &c, ScalarOp op, DType type,
                    llvm::ArrayRef<Value *> v) {
  llvm::IRBuilderBase &b = c.b;
  IntegerCode code(c, type);
  switch (op) {
  case ScalarOp::add:
    return b.CreateAdd(v[0], v[1]);
  case ScalarOp::sub:
    return b.CreateSub(v[0], v[1]);
  case ScalarOp::mul:
    return b.CreateMul(v[0], v[1]);
  case ScalarOp::neg:
    return b.CreateNeg(v[0]);
  case ScalarOp::bit_not:
    return b.CreateNot(v[0]);
  case ScalarOp::abs:
    return code.absolute(v[0]);
  case ScalarOp::div:
    return code.quotient(v[0], v[1]);
  case ScalarOp::mod:
    return code.floor_mod(v[0], v[1]);
  case ScalarOp::pow:
    return code.power(v[0], v[1]);
  case ScalarOp::shl:
    return code.shift_left(v[0], v[1]);
  default:
    return nullptr;
  }
}

Value *wrapped_op(LaneCode &c, ScalarOp op, DType type,
                  llvm::ArrayRef<Value *> v) {
  llvm::IRBuilderBase &b = c.b;
  IntegerCode code(c, type);
  switch (op) {
  case ScalarOp::fmod:
    return code.remainder(v[0], v[1]);
  case ScalarOp::min:
    return code.pick(code.less(v[0], v[1], false), v[0], v[1]);
  case ScalarOp::max:
    return code.pick(code.less(v[0], v[1], false), v[1], v[0]);
  case ScalarOp::sign:
    return code.sign(v[0]);
  case ScalarOp::bit_and:
    return b.CreateAnd(v[0], v[1]);
  case ScalarOp::bit_or:
    return b.CreateOr(v[0], v[1]);
  case ScalarOp::bit_xor:
    return b.CreateXor(v[0], v[1]);
  case ScalarOp::shr:
    return code.shift_right(v[0], v[1]);
  case ScalarOp::eq:
    return b.CreateICmpEQ(v[0], v[1]);
  case ScalarOp::ne:
    return b.CreateICmpNE(v[0], v[1]);
  case ScalarOp::lt:
    return code.less(v[0], v[1], false);
  case ScalarOp::le:
    return code.less(v[0], v[1], true);
  default:
    return nullptr;
  }
}

} // namespace

Value *emit_wrap(LaneCode &c, DType type, Value *x) {
  if (type == DType::boolean || info(type).bits >= 8)
    return x;
  if (is_unsigned_integer(type))
    return c.b.CreateAnd(x, c.whole((1 << info(type).bits) - 1, x));
  llvm::Constant *unused = c.whole(8 - info(type).bits, x);
  return c.b.CreateAShr(c.b.CreateShl(x, unused), unused);
}

Value *emit_integer_op(LaneCode &c, ScalarOp op, DType type,
                       llvm::ArrayRef<Value *> args) {
  if (type == DType::boolean)
    return bool_op(c, op, args);
  if (Value *value = unwrapped_op(c, op, type, args))
    return emit_wrap(c, type, value);
  return wrapped_op(c, op, type, args);
}

} // namespace landfall::kernels
