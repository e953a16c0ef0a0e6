//===- nest_interleave.cpp - Results of a short last loop -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

#include "llvm/Analysis/VectorUtils.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Lane k of part p becomes lane k * parts + p. An even number of parts is
/// interleaved by halves, which are shuffles that all machines have.
Value *interleave(llvm::IRBuilderBase &b, llvm::ArrayRef<Value *> parts) {
  if (parts.size() == 1)
    return parts[0];
  llvm::SmallVector<Value *, 8> sources(parts.begin(), parts.end());
  if (parts.size() % 2 == 0 && parts.size() > 2) {
    llvm::SmallVector<Value *, 8> even, odd;
    for (size_t p = 0; p < parts.size(); ++p)
      (p % 2 ? odd : even).push_back(parts[p]);
    sources = {interleave(b, even), interleave(b, odd)};
  }
  unsigned count = unsigned(sources.size());
  unsigned width = llvm::cast<llvm::FixedVectorType>(sources[0]->getType())
                       ->getNumElements();
  llvm::SmallVector<int, 128> lanes;
  for (unsigned lane = 0; lane < width; ++lane)
    for (unsigned source = 0; source < count; ++source)
      lanes.push_back(int(source * width + lane));
  return b.CreateShuffleVector(llvm::concatenateVectors(b, sources), lanes);
}

} // namespace

/// The last loop: its few iterations at once, or vector after vector.
void NestEmitter::emit_side_by_side(Value *low, Value *high,
                                    BodyEmitter &outer) {
  unsigned parts = plan_.parts.count;
  if (plan_.parts.is_last_loop) {
    Value *active = vector_.active_count();
    Value *count = active ? b.CreateMul(active, frame_.index(parts)) : nullptr;
    return store_interleaved(
        count,
        [&](unsigned part, BodyEmitter &body) {
          body.bind(param(plan_.lane_place + 1),
                    LaneValue::uniform(DType::i64, frame_.index(part)));
        },
        outer);
  }
  Value *step = frame_.index(plan_.width * parts);
  emit_for(
      frame_, low, high, step, {}, [&](Value *first, llvm::ArrayRef<Value *>) {
        Value *left = b.CreateSub(high, first);
        Value *last = b.CreateAdd(first, b.CreateSub(step, frame_.index(1)));
        Value *inside =
            phase_guards_.hold(frame_, {first, last}, [&](NodeId index) {
              return outer.value(index).scalar();
            });
        Value *whole = b.CreateICmpSGE(left, step);
        return emit_if(
            frame_, b.CreateAnd(whole, inside),
            [&] { return emit_phases(first, nullptr, outer), Values(); },
            [&] {
              emit_phases(first, least(left, step), outer);
              return Values();
            });
      });
}

/// `count` results from `first` on; null: as many as the vectors hold, and all
/// guards that differ between lanes hold.
void NestEmitter::emit_phases(Value *first, Value *count, BodyEmitter &outer) {
  Value *apart = frame_.index(plan_.parts.count);
  store_interleaved(
      count,
      [&](unsigned part, BodyEmitter &body) {
        Value *base = b.CreateAdd(first, frame_.index(part));
        if (count) {
          Value *others = frame_.index(plan_.parts.count - 1 - part);
          Value *active = b.CreateUDiv(b.CreateAdd(count, others), apart);
          // A part without results computes the first one again: some lane has
          // to be active.
          Value *some = b.CreateICmpNE(active, frame_.index(0));
          base = b.CreateSelect(some, base, first);
          vector_.set_active(b.CreateSelect(some, active, frame_.index(1)));
        }
        if (!count)
          body.assume(&phase_guards_.comparisons());
        body.bind(param(plan_.lane_place), LaneValue::linear(base, apart));
      },
      outer);
  if (count)
    vector_.set_active(nullptr);
}

/// Computes each part, of which `bind` sets the last loop's index, and stores
/// `count` results; null: all.
void NestEmitter::store_interleaved(
    Value *count, const std::function<void(unsigned part, BodyEmitter &)> &bind,
    BodyEmitter &outer) {
  const std::vector<NodeId> &yields = kernel().body.yields;
  std::vector<llvm::SmallVector<Value *, 8>> values(yields.size());
  std::vector<Value *> offsets;
  for (unsigned part = 0; part < plan_.parts.count; ++part) {
    BodyEmitter body(vector_, &outer);
    bind(part, body);
    emit_nodes(plan_.order.size(), plan_.order.size(), body);
    for (size_t result = 0; result < yields.size(); ++result)
      values[result].push_back(vector_.spread(body.value(yields[result])));
    for (uint32_t k = 0; part == 0 && k < kernel().operands.size(); ++k)
      if (kernel().operands[k].written)
        offsets.push_back(body.offset(k, kernel().body.params).scalar());
  }
  Lanes joined(frame_, plan_.width * plan_.parts.count);
  joined.set_active(count);
  size_t result = 0;
  for (uint32_t k = 0; k < kernel().operands.size(); ++k) {
    if (!kernel().operands[k].written)
      continue;
    DType type = kernel().operands[k].dtype;
    joined.store(type, frame_.operands[k], joined.index(offsets[result]),
                 LaneValue::varying(type, interleave(b, values[result])));
    ++result;
  }
}

} // namespace landfall::kernels
