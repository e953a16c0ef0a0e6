//===- nest_lanes.cpp - The loop over lanes -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

namespace landfall::kernels {

using llvm::Value;

/// The lane loop: full vectors, unrolled first; then one masked vector for the
/// remainder.
void NestEmitter::for_lanes(Value *low, Value *high,
                            const std::function<void(LaneValue index)> &body) {
  auto groups = [&](Lanes &lanes) {
    lanes_ = &lanes;
    Value *count = b.CreateSub(high, low);
    Value *whole = b.CreateSub(high, lanes.remainder(count));
    emit_for(frame_, low, whole, lanes.step(), {},
             [&](Value *index, llvm::ArrayRef<Value *>) {
               body(lanes.index(index));
               return Values();
             });
    low = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, low, whole);
  };
  if (plan_.unroll > 1)
    groups(wide_);
  groups(vector_);
  emit_if(frame_, b.CreateICmpSLT(low, high), [&] {
    vector_.set_active(b.CreateSub(high, low));
    body(vector_.index(low));
    vector_.set_active(nullptr);
  });
}

/// Vectors that lie in the interior are emitted without guards, all others with
/// guards and masks.
void NestEmitter::for_lanes_and_edges(
    Value *low, Value *high, BodyEmitter &outer,
    const std::function<void(LaneValue index)> &body) {
  Interior::Range range = interior_.emit(frame_, [&](NodeId index) {
    return outer.has(index) ? outer.value(index).scalar() : nullptr;
  });
  Value *step = vector_.step();
  Value *last =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, range.high, high);
  auto group = [&](Value *index) {
    Value *next = b.CreateAdd(index, step);
    Value *within = b.CreateAnd(b.CreateICmpSGE(index, range.low),
                                b.CreateICmpSLE(next, last));
    emit_if(
        frame_, within,
        [&] {
          inside_ = true;
          body(vector_.index(index));
          inside_ = false;
          return Values();
        },
        [&] {
          vector_.set_active(b.CreateBinaryIntrinsic(
              llvm::Intrinsic::smin, step, b.CreateSub(high, index)));
          body(vector_.index(index));
          vector_.set_active(nullptr);
          return Values();
        });
  };
  emit_for(frame_, low, high, step, {},
           [&](Value *index, llvm::ArrayRef<Value *>) {
             group(index);
             return Values();
           });
}

} // namespace landfall::kernels
