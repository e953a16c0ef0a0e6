//===- window_join.cpp - How the terms of a window are joined -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_join.h"

#include "compiler/kernels/lanes/lane_code.h"

namespace landfall::kernels {

using llvm::Value;

/// Negative numbers in the opposite order; the others as they are. Twice: as
/// before.
Value *WindowJoin::swapped(Value *bits) {
  LaneCode code(lanes_.frame());
  Value *negative = b.CreateAShr(bits, code.whole(31, bits));
  return b.CreateXor(bits, b.CreateAnd(negative, code.whole(0x7fffffff, bits)));
}

Value *WindowJoin::term(Value *value) {
  if (!is_ordered_)
    return value;
  LaneCode code(lanes_.frame());
  Value *bits = swapped(code.to_bits(value));
  int64_t extreme = sum_.join == ScalarOp::max ? 0x7fc00000 : INT32_MIN;
  return code.from_bits(
      b.CreateSelect(code.is_nan(value), code.whole(extreme, bits), bits));
}

Value *WindowJoin::value(Value *term) {
  LaneCode code(lanes_.frame());
  return is_ordered_ ? code.from_bits(swapped(code.to_bits(term))) : term;
}

Value *WindowJoin::init() {
  uint64_t bits = lanes_.frame().kernel.nodes[sum_.init].bits;
  return term(lanes_.spread(lanes_.constant(sum_.type, bits)));
}

Value *WindowJoin::join(Value *sum, Value *term) {
  LaneCode code(lanes_.frame());
  if (is_ordered_)
    return code.from_bits(b.CreateBinaryIntrinsic(
        sum_.join == ScalarOp::max ? llvm::Intrinsic::smax
                                   : llvm::Intrinsic::smin,
        code.to_bits(sum), code.to_bits(term)));
  return lanes_
      .apply(sum_.join, sum_.type,
             {LaneValue::varying(sum_.type, sum),
              LaneValue::varying(sum_.type, term)})
      .vector();
}

} // namespace landfall::kernels
