//===- lane_index.cpp - Index arithmetic across lanes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_index.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/scalar_code.h"

namespace landfall::kernels {

namespace {

using llvm::Value;
using Arguments = llvm::ArrayRef<LaneValue>;

class IndexCode {
public:
  explicit IndexCode(Lanes &lanes)
      : lanes_(lanes), b(lanes.b()), code_(lanes.frame()) {}

  LaneValue arithmetic(ScalarOp op, Arguments v);
  LaneValue choose(Arguments v);
  LaneValue compare(ScalarOp op, Arguments v);
  LaneValue divide(ScalarOp op, Arguments v);
  LaneValue convert(DType to, const LaneValue &v);

private:
  Value *zero() { return b.getInt64(0); }
  Value *stride(const LaneValue &v) {
    return v.is_linear() ? v.stride() : zero();
  }
  /// Whether all lanes' distances from the first are small 32-bit numbers.
  bool is_short(const llvm::APInt &step) {
    return step.abs().ule(uint64_t(
        std::min<int64_t>(1 << 20, (int64_t(1) << 30) / lanes_.max_lanes())));
  }
  LaneValue make(Value *base, Value *stride);
  /// Omits operations with neutral operands: the IR builder folds constants
  /// only.
  Value *sum(Value *x, Value *y) {
    return is(x, 0) ? y : is(y, 0) ? x : b.CreateAdd(x, y);
  }
  Value *product(Value *x, Value *y) {
    return is(x, 1) ? y : is(y, 1) ? x : b.CreateMul(x, y);
  }
  static bool is(Value *x, uint64_t value) {
    auto *constant = llvm::dyn_cast<llvm::ConstantInt>(x);
    return constant && constant->equalsInt(value);
  }
  Value *quotients(Value *rest, Value *divisor);
  Values divide_fast(ScalarOp op, const LaneValue &x, Value *divisor);

  Lanes &lanes_;
  llvm::IRBuilderBase &b;
  LaneCode code_;
};

LaneValue IndexCode::make(Value *base, Value *stride) {
  auto *constant = llvm::dyn_cast<llvm::ConstantInt>(stride);
  if (constant && constant->isZero())
    return LaneValue::uniform(DType::i64, base);
  return LaneValue::linear(base, stride);
}

LaneValue IndexCode::arithmetic(ScalarOp op, Arguments v) {
  switch (op) {
  case ScalarOp::neg:
    return make(b.CreateNeg(v[0].scalar()), b.CreateNeg(v[0].stride()));
  case ScalarOp::add:
    return make(sum(v[0].scalar(), v[1].scalar()),
                sum(stride(v[0]), stride(v[1])));
  case ScalarOp::sub:
    return make(b.CreateSub(v[0].scalar(), v[1].scalar()),
                is(stride(v[1]), 0) ? stride(v[0])
                                    : b.CreateSub(stride(v[0]), stride(v[1])));
  case ScalarOp::mul: {
    if (v[0].is_linear() && v[1].is_linear())
      return {};
    Value *factor = v[0].is_linear() ? v[1].scalar() : v[0].scalar();
    const LaneValue &x = v[0].is_linear() ? v[0] : v[1];
    return make(product(x.scalar(), factor), product(x.stride(), factor));
  }
  default:
    return {};
  }
}

LaneValue IndexCode::choose(Arguments v) {
  if (!v[0].is_uniform())
    return {};
  Value *condition = v[0].scalar();
  return make(b.CreateSelect(condition, v[1].scalar(), v[2].scalar()),
              b.CreateSelect(condition, stride(v[1]), stride(v[2])));
}

/// base_a + lane * s_a  <  base_b + lane * s_b   is
/// lane * (s_a - s_b)  <  base_b - base_a,
/// where the right side may be clamped to what the left side can be: 32 bits.
LaneValue IndexCode::compare(ScalarOp op, Arguments v) {
  auto *step = llvm::dyn_cast<llvm::ConstantInt>(
      b.CreateSub(stride(v[0]), stride(v[1])));
  if (!step || !is_short(step->getValue()))
    return {};
  int64_t s = step->getSExtValue();
  int64_t limit = std::abs(s) * lanes_.max_lanes() + 1;
  Value *room = b.CreateBinaryIntrinsic(llvm::Intrinsic::ssub_sat,
                                        v[1].scalar(), v[0].scalar());
  room =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, room, b.getInt64(limit));
  room =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, room, b.getInt64(-limit));
  room = b.CreateTrunc(room, b.getInt32Ty());
  if (s == 0)
    return LaneValue::uniform(
        DType::boolean, emit_scalar_op(code_, op, DType::boolean, DType::i32,
                                       {room, b.getInt32(0)}));
  Value *right = lanes_.splat(room);
  Value *numbers = lanes_.lane_numbers(32);
  Value *left = b.CreateMul(numbers, code_.whole(s, numbers));
  return LaneValue::varying(
      DType::boolean,
      emit_scalar_op(code_, op, DType::boolean, DType::i32, {left, right}));
}

/// (rest + lane) / divisor for 0 <= rest < divisor, as i32 lanes. If the
/// divisor is too large for f32, the quotient is 0 or 1, and does not change
/// when rest and divisor are reduced by the same amount.
Value *IndexCode::quotients(Value *rest, Value *divisor) {
  Value *small = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, divisor,
                                         b.getInt64(1 << 22));
  Value *moved = b.CreateSub(rest, b.CreateSub(divisor, small));
  moved = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, moved, zero());
  Value *numbers = lanes_.lane_numbers(32);
  Value *first = lanes_.splat(b.CreateTrunc(moved, b.getInt32Ty()));
  Value *by = lanes_.splat(b.CreateTrunc(small, b.getInt32Ty()));
  llvm::Type *real = code_.f32(numbers);
  Value *ratio = b.CreateFDiv(b.CreateSIToFP(b.CreateAdd(first, numbers), real),
                              b.CreateSIToFP(by, real));
  return b.CreateFPToSI(ratio, numbers->getType());
}

Values IndexCode::divide_fast(ScalarOp op, const LaneValue &x, Value *divisor) {
  Value *base = x.scalar();
  Value *first = b.CreateUDiv(base, divisor);
  Value *rest = b.CreateSub(base, b.CreateMul(first, divisor));
  Value *crossings = quotients(rest, divisor);
  llvm::Type *wide = code_.integer(64, crossings);
  if (op == ScalarOp::div)
    return {b.CreateAdd(lanes_.splat(first), b.CreateSExt(crossings, wide))};
  // crossings * divisor: of a wide divisor there is one crossing at most.
  Value *narrow = b.CreateMul(
      crossings, lanes_.splat(b.CreateTrunc(divisor, b.getInt32Ty())));
  Value *crossed = b.CreateICmpSGT(crossings, code_.whole(0, crossings));
  Value *once = b.CreateSelect(crossed, lanes_.splat(divisor),
                               llvm::Constant::getNullValue(wide));
  Value *is_wide = b.CreateICmpSGE(divisor, lanes_.step());
  Value *passed = b.CreateSelect(is_wide, once, b.CreateSExt(narrow, wide));
  Value *plain = b.CreateAdd(lanes_.splat(rest), lanes_.lane_numbers(64));
  return {b.CreateSub(plain, passed)};
}

LaneValue IndexCode::divide(ScalarOp op, Arguments v) {
  auto *step = v[0].is_linear()
                   ? llvm::dyn_cast<llvm::ConstantInt>(v[0].stride())
                   : nullptr;
  if (!step || !step->isOne() || !v[1].is_uniform())
    return {};
  Value *divisor = v[1].scalar();
  Value *usual = b.CreateAnd(b.CreateICmpSGE(v[0].scalar(), zero()),
                             b.CreateICmpSGT(divisor, zero()));
  Values out = emit_if(
      lanes_.frame(), usual, [&] { return divide_fast(op, v[0], divisor); },
      [&] {
        return Values{
            emit_scalar_op(code_, op, DType::i64, DType::i64,
                           {lanes_.spread(v[0]), lanes_.spread(v[1])})};
      });
  return LaneValue::varying(DType::i64, out[0]);
}

LaneValue IndexCode::convert(DType to, const LaneValue &v) {
  auto *step = llvm::dyn_cast<llvm::ConstantInt>(v.stride());
  if (!step || !is_short(step->getValue()))
    return {};
  Value *numbers = lanes_.lane_numbers(32);
  Value *steps =
      b.CreateMul(numbers, code_.whole(step->getSExtValue(), numbers));
  Value *base = lanes_.splat(b.CreateTrunc(v.scalar(), b.getInt32Ty()));
  Value *narrow = b.CreateAdd(base, steps);
  if (to == DType::i32 || to == DType::u32)
    return LaneValue::varying(to, narrow);
  if (to != DType::f32)
    return {};
  Value *near = b.CreateICmpULT(b.CreateAdd(v.scalar(), b.getInt64(1 << 29)),
                                b.getInt64(1 << 30));
  Values out = emit_if(
      lanes_.frame(), near,
      [&] { return Values{b.CreateSIToFP(narrow, code_.f32(narrow))}; },
      [&] {
        Value *wide = lanes_.spread(v);
        return Values{b.CreateSIToFP(wide, code_.f32(wide))};
      });
  return LaneValue::varying(to, out[0]);
}

} // namespace

LaneValue apply_to_index(Lanes &lanes, ScalarOp op, DType result, Arguments v) {
  IndexCode code(lanes);
  switch (op) {
  case ScalarOp::select:
    return v[1].type() == DType::i64 ? code.choose(v) : LaneValue();
  case ScalarOp::lt:
  case ScalarOp::le:
  case ScalarOp::eq:
  case ScalarOp::ne:
    return code.compare(op, v);
  case ScalarOp::div:
  case ScalarOp::mod:
  case ScalarOp::fmod:
    return code.divide(op, v);
  case ScalarOp::cast:
  case ScalarOp::cast_sat:
    if (result == DType::i64)
      return v[0];
    return op == ScalarOp::cast ? code.convert(result, v[0]) : LaneValue();
  default:
    return code.arithmetic(op, v);
  }
}

} // namespace landfall::kernels
