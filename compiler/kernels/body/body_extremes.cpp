//===- body_extremes.cpp - Folds to the least or the greatest ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A minimum or maximum of reals is NaN if any operand is. The machine's
// instruction ignores NaNs, and selecting NaN in each iteration would cost more
// than the rest of the loop. So the loop only records which lanes have seen a
// NaN, and sets those lanes to NaN at its end.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"
#include "compiler/kernels/body/vector_fold.h"

namespace landfall::kernels {

using llvm::Value;

bool BodyEmitter::keeps_nan_apart(NodeId loop, const LaneValues &init) const {
  if (lanes_.is_scalar() || !lanes_.frame().machine.vector.has_ieee_min_max ||
      extreme_ || lane_loop_ != no_node || init.size() != 1 ||
      !is_real(init[0].type()))
    return false;
  const Node &node = at(loop);
  return value(node.args[0]).is_uniform() && value(node.args[1]).is_uniform() &&
         !uniform_carried(node.blocks[0], 1, init)[0] &&
         find_extreme(lanes_.frame().machine, kernel(), loop);
}

LaneValues BodyEmitter::emit_extreme_loop(NodeId loop, LaneValues init) {
  extreme_ = find_extreme(frame().machine, kernel(), loop);
  Value *start = lanes_.spread(init[0]);
  met_nan_ = b().CreateFCmpUNO(start, start);
  LaneValue numeric = emit_iterations(at(loop), std::move(init))[0];
  Value *met = met_nan_;
  extreme_.reset();
  met_nan_ = nullptr;
  Value *nan = llvm::ConstantFP::getNaN(start->getType());
  return {LaneValue::varying(
      numeric.type(), b().CreateSelect(met, nan, lanes_.spread(numeric)))};
}

LaneValue BodyEmitter::emit_numeric_extreme() {
  const Node &node = at(extreme_->node);
  Value *x = lanes_.spread(value(node.args[0]));
  Value *y = lanes_.spread(value(node.args[1]));
  Value *fresh = node.args[0] == extreme_->fresh ? x : y;
  met_nan_ = b().CreateOr(met_nan_, b().CreateFCmpUNO(fresh, fresh));
  return LaneValue::varying(
      node.type, b().CreateBinaryIntrinsic(node.op == ScalarOp::min
                                               ? llvm::Intrinsic::minimumnum
                                               : llvm::Intrinsic::maximumnum,
                                           x, y));
}

} // namespace landfall::kernels
