//===- lane_memory.cpp - Loads and stores of many lanes -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Which lanes an access is for: guards that differ between lanes, or are the
// same for all. How elements are reached is in lane_access.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_access.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/lane_convert.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

bool is_true(const LaneValue &guard) {
  auto *constant = guard.is_uniform()
                       ? llvm::dyn_cast<llvm::ConstantInt>(guard.scalar())
                       : nullptr;
  return constant && constant->isOne();
}

/// The mask of a varying guard and the active lanes; null if all lanes are on.
Value *mask_of(Lanes &lanes, const LaneValue &guard) {
  Value *active = lanes.active_mask();
  if (!guard || guard.is_uniform())
    return active;
  return active ? lanes.b().CreateAnd(guard.vector(), active) : guard.vector();
}

LaneValue load_unguarded(Lanes &lanes, DType type, LaneAccess access,
                         const LaneValue &offset) {
  LaneCode code(lanes.frame());
  if (offset.is_uniform())
    return LaneValue::uniform(
        type, emit_from_storage(code, type, access.load_one(offset.scalar())));
  Value *mask = lanes.active_mask();
  Value *stored = offset.is_linear() ? access.load_linear(offset, mask, true)
                                     : access.gather(offset.vector(), mask);
  return LaneValue::varying(type, emit_from_storage(code, type, stored));
}

/// A guard that differs between lanes.
LaneValue load_varying_guard(Lanes &lanes, DType type, LaneAccess access,
                             const LaneValue &offset, const LaneValue &guard,
                             const LaneValue &other) {
  LaneCode code(lanes.frame());
  Value *loaded;
  if (offset.is_uniform()) {
    Values out = emit_if(
        lanes.frame(), lanes.any_of(guard),
        [&] {
          Value *stored = access.load_one(offset.scalar());
          return Values{emit_from_storage(code, type, stored)};
        },
        [&] {
          return Values{llvm::Constant::getNullValue(lanes.scalar_type(type))};
        });
    loaded = lanes.spread(LaneValue::uniform(type, out[0]));
  } else {
    Value *mask = mask_of(lanes, guard);
    Value *stored = offset.is_linear() ? access.load_linear(offset, mask, false)
                                       : access.gather(offset.vector(), mask);
    loaded = emit_from_storage(code, type, stored);
  }
  return LaneValue::varying(type, lanes.b().CreateSelect(guard.vector(), loaded,
                                                         lanes.spread(other)));
}

} // namespace

LaneValue Lanes::load(DType type, Value *pointer, const LaneValue &offset,
                      const LaneValue &guard, const LaneValue &other,
                      Surroundings around, Room room) {
  LaneAccess access(*this, type, pointer, around, room);
  if (!guard || is_true(guard))
    return load_unguarded(*this, type, access, offset);
  if (!guard.is_uniform())
    return load_varying_guard(*this, type, access, offset, guard, other);
  bool one = offset.is_uniform() && other.is_uniform();
  auto shape = [&](const LaneValue &v) { return one ? v.scalar() : spread(v); };
  Values out = emit_if(
      frame_, guard.scalar(),
      [&] {
        return Values{shape(load_unguarded(*this, type, access, offset))};
      },
      [&] { return Values{shape(other)}; });
  return one ? LaneValue::uniform(type, out[0])
             : LaneValue::varying(type, out[0]);
}

void Lanes::store(DType type, Value *pointer, const LaneValue &offset,
                  const LaneValue &value, const LaneValue &guard) {
  LaneCode code(frame_);
  auto put = [&] {
    LaneAccess access(*this, type, pointer);
    bool varies = guard && !guard.is_uniform();
    if (is_scalar() || (offset.is_uniform() && value.is_uniform() && !varies)) {
      Value *one = is_scalar() ? spread(value) : value.scalar();
      return access.store_one(offset.scalar(),
                              emit_to_storage(code, type, one));
    }
    Value *stored = emit_to_storage(code, type, spread(value));
    Value *mask = mask_of(*this, guard);
    if (offset.is_linear())
      return access.store_linear(offset, stored, mask, !varies);
    access.scatter(offset, stored, varies ? mask : nullptr);
  };
  if (guard && guard.is_uniform() && !is_true(guard))
    emit_if(frame_, guard.scalar(), put);
  else
    put();
}

} // namespace landfall::kernels
