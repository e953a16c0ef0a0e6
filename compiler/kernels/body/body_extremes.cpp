//===- body_extremes.cpp - Folds to the least or the greatest ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A minimum or maximum of reals is NaN if any operand is, and -0 < +0. Machines
// whose instruction ignores NaNs (VectorUnit::has_ieee_min_max) only record in
// the loop which lanes have seen a NaN, and set those to NaN at its end.
//
// Other machines' instructions get neither NaNs nor zeros right. But reals of
// one sign are ordered as their bits are: those that are not negative upwards,
// negative ones downwards. So the loop carries three extremes of the bits: as
// signed numbers the greatest, as unsigned ones the least and the greatest.
//
//   bits (hex)  0 .. 7f800000 | 7f800001.. | 80000000 .. ff800000 | ff800001..
//   reals       0 .. infinity |    NaN     |       -0 .. -infinity |   NaN
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"
#include "compiler/kernels/body/vector_fold.h"
#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

using llvm::Value;

bool BodyEmitter::is_extreme_loop(NodeId loop, const LaneValues &init) const {
  if (lanes_.is_scalar() || extreme_ || init.size() != 1 ||
      !is_real(init[0].type()))
    return false;
  // In 64 bits, AVX2 has no such integer instructions.
  if (lanes_.frame().machine.vector.has_ieee_min_max
          ? lane_loop_ != no_node
          : init[0].type() == DType::f64)
    return false;
  const Node &node = at(loop);
  return value(node.args[0]).is_uniform() && value(node.args[1]).is_uniform() &&
         !uniform_carried(node.blocks[0], 1, init)[0] &&
         find_extreme(lanes_.frame().machine, kernel(), loop);
}

LaneValues BodyEmitter::emit_extreme_loop(NodeId loop, LaneValues init) {
  extreme_ = find_extreme(frame().machine, kernel(), loop);
  bool numeric = frame().machine.vector.has_ieee_min_max;
  DType type = init[0].type();
  Value *start = lanes_.spread(init[0]);
  if (numeric) {
    extreme_state_ = {b().CreateFCmpUNO(start, start)};
  } else {
    Value *bits = LaneCode(frame()).to_bits(start);
    extreme_state_ = {bits, bits, bits};
  }
  LaneValues carried = loop == lane_loop_
                           ? emit_lane_loop(at(loop), init)
                           : emit_iterations(at(loop), std::move(init));
  Value *result = numeric ? extreme_of_numbers(lanes_.spread(carried[0]))
                          : extreme_of_bits(loop == fold_);
  extreme_.reset();
  extreme_state_.clear();
  return {LaneValue::varying(type, result)};
}

/// An iteration: joins the fresh value with the carried state.
LaneValue BodyEmitter::emit_extreme() {
  const Node &node = at(extreme_->node);
  LaneValue x = value(node.args[0]), y = value(node.args[1]);
  bool first = node.args[0] == extreme_->fresh;
  Value *fresh = lanes_.spread(first ? x : y);
  auto join = [&](llvm::Intrinsic::ID which, Value *&with, Value *what) {
    with = b().CreateBinaryIntrinsic(which, with, what);
  };
  if (frame().machine.vector.has_ieee_min_max) {
    extreme_state_[0] =
        b().CreateOr(extreme_state_[0], b().CreateFCmpUNO(fresh, fresh));
    Value *carried = lanes_.spread(first ? y : x);
    join(node.op == ScalarOp::min ? llvm::Intrinsic::minimumnum
                                  : llvm::Intrinsic::maximumnum,
         carried, fresh);
    return LaneValue::varying(node.type, carried);
  }
  Value *bits = LaneCode(frame()).to_bits(fresh);
  join(llvm::Intrinsic::smax, extreme_state_[0], bits);
  join(llvm::Intrinsic::umin, extreme_state_[1], bits);
  join(llvm::Intrinsic::umax, extreme_state_[2], bits);
  return first ? y : x; // The state is the carried value.
}

Value *BodyEmitter::extreme_of_numbers(Value *number) {
  return b().CreateSelect(extreme_state_[0],
                          llvm::ConstantFP::getNaN(number->getType()), number);
}

/// `one_register`: joins the registers of each value first, so that the rest is
/// done once.
Value *BodyEmitter::extreme_of_bits(bool one_register) {
  LaneCode code(frame());
  unsigned one = Lanes::natural_width(frame().machine, DType::f32);
  if (one_register) {
    auto join = [&](llvm::Intrinsic::ID which, Value *&with) {
      with = lanes_.join_halves(with, one, [&](Value *x, Value *y) {
        return b().CreateBinaryIntrinsic(which, x, y);
      });
    };
    join(llvm::Intrinsic::smax, extreme_state_[0]);
    join(llvm::Intrinsic::umin, extreme_state_[1]);
    join(llvm::Intrinsic::umax, extreme_state_[2]);
  }
  Value *top = extreme_state_[0], *least = extreme_state_[1],
        *most = extreme_state_[2];
  Value *zero = code.whole(0, top);
  Value *bits =
      at(extreme_->node).op == ScalarOp::max
          ? b().CreateSelect(b().CreateICmpSGE(top, zero), top, least)
          : b().CreateSelect(b().CreateICmpSLT(most, zero), most, least);
  Value *nan = b().CreateOr(
      b().CreateICmpSGT(top, code.whole(0x7f800000, top)),
      b().CreateICmpUGT(most, code.whole(int64_t(0xff800000), most)));
  return code.from_bits(
      b().CreateSelect(nan, code.whole(0x7fc00000, bits), bits));
}

} // namespace landfall::kernels
