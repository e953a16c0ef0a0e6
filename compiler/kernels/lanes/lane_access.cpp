//===- lane_access.cpp - Elements of many lanes at a pointer --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_access.h"

#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

Value *LaneAccess::load_one(Value *offset) {
  return load_from(stored_, address(offset));
}

void LaneAccess::store_one(Value *offset, Value *value) {
  b.CreateAlignedStore(value, address(offset), align_);
}

/// Copies the active lanes' elements to the stack and loads them from there.
Value *LaneAccess::load_staged(Value *from) {
  llvm::AllocaInst *slot = frame_.stack_slot(vector_);
  b.CreateStore(llvm::Constant::getNullValue(vector_), slot);
  lanes_.for_each_lane([&](Value *lane) {
    Value *element =
        b.CreateAlignedLoad(stored_, b.CreateGEP(stored_, from, lane), align_);
    b.CreateStore(element, b.CreateGEP(stored_, slot, lane));
  });
  return b.CreateLoad(vector_, slot);
}

Value *LaneAccess::load_contiguous(Value *offset, Value *mask,
                                   bool only_prefix) {
  Value *from = address(offset);
  if (!mask || around_ == Surroundings::past_end)
    return load_from(vector_, from);
  if (can_mask())
    return b.CreateMaskedLoad(vector_, from, align_, mask,
                              llvm::Constant::getNullValue(vector_));
  if (only_prefix)
    return load_staged(from);
  return gather_linear(LaneValue::linear(offset, frame_.index(1)), mask, false);
}

/// Elements offset, offset + 2, ... by two loads, of which the second ends
/// where the last element ends.
Value *LaneAccess::load_every_second(Value *offset, Value *mask) {
  int width = int(lanes_.fixed_width());
  // Each element of the two loads belongs to one lane or to none.
  llvm::SmallVector<int, 64> picks, low_lanes, high_lanes;
  for (int k = 0; k < width; ++k) {
    int element = 2 * k;
    picks.push_back(element < width ? element : element + 1);
    low_lanes.push_back(k % 2 == 0 ? k / 2 : width);
    int above = k + width - 1;
    high_lanes.push_back(above % 2 == 0 && above >= width ? above / 2 : width);
  }
  auto load = [&](Value *at, llvm::ArrayRef<int> owners) -> Value * {
    if (!mask)
      return load_from(vector_, address(at));
    Value *none = llvm::Constant::getNullValue(mask->getType());
    return b.CreateMaskedLoad(vector_, address(at), align_,
                              b.CreateShuffleVector(mask, none, owners),
                              llvm::Constant::getNullValue(vector_));
  };
  Value *low = load(offset, low_lanes);
  Value *second = b.CreateAdd(offset, frame_.index(width - 1));
  return b.CreateShuffleVector(low, load(second, high_lanes), picks);
}

/// Whether elements of this stride are the low parts of contiguous integers
/// `stride` times as wide.
bool LaneAccess::can_narrow(int64_t stride) {
  return around_ == Surroundings::past_end && lanes_.is_scalable() &&
         stride > 1 && stride <= Lanes::longest_step &&
         llvm::isPowerOf2_64(stride) &&
         stride * stored_->getIntegerBitWidth() <= 64;
}

/// Loads contiguous wider integers and truncates them to every second, fourth,
/// ... element: a strided load takes a cycle per element.
Value *LaneAccess::load_and_narrow(Value *offset, int64_t stride) {
  llvm::Type *wide =
      b.getIntNTy(unsigned(stride) * stored_->getIntegerBitWidth());
  return b.CreateTrunc(load_from(lanes_.vector_of(wide), address(offset)),
                       vector_);
}

Value *LaneAccess::load_constant_stride(const LaneValue &offset, int64_t stride,
                                        Value *mask, bool only_prefix) {
  if (stride == 2 && !lanes_.is_scalable() && (!mask || can_mask()))
    return load_every_second(offset.scalar(), mask);
  if (can_narrow(stride))
    return load_and_narrow(offset.scalar(), stride);
  return gather_linear(offset, mask, only_prefix);
}

Value *LaneAccess::load_linear(const LaneValue &offset, Value *mask,
                               bool only_prefix) {
  if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(offset.stride())) {
    if (known->isOne())
      return load_contiguous(offset.scalar(), mask, only_prefix);
    return load_constant_stride(offset, known->getSExtValue(), mask,
                                only_prefix);
  }
  // The stride is known at run time only; mostly it is 0 or 1 (broadcasting).
  auto is = [&](int64_t stride) {
    return b.CreateICmpEQ(offset.stride(), frame_.index(stride));
  };
  return emit_if(
      frame_, is(1),
      [&] {
        return Values{load_contiguous(offset.scalar(), mask, only_prefix)};
      },
      [&] {
        Value *same = mask && !only_prefix ? b.getFalse() : is(0);
        return emit_if(
            frame_, same,
            [&] { return Values{splat(load_one(offset.scalar()))}; },
            [&] { return Values{gather_linear(offset, mask, only_prefix)}; });
      })[0];
}

/// Loads lane by lane with scalar addresses. Inactive lanes read the last
/// active lane's element again.
Value *LaneAccess::gather_linear(const LaneValue &offset, Value *mask,
                                 bool only_prefix) {
  if (lanes_.is_scalable())
    return scalable().load_strided(offset, mask);
  if (mask && !only_prefix)
    return gather(lanes_.spread(offset), mask);
  if (info(type_).bytes <= 2 && lanes_.fixed_width() > max_inserted)
    return gather_staged(offset, mask);
  Value *at = offset.scalar();
  Value *result = llvm::PoisonValue::get(vector_);
  for (unsigned lane = 0; lane < lanes_.fixed_width(); ++lane) {
    if (lane > 0) {
      Value *next = b.CreateAdd(at, offset.stride());
      if (mask) {
        Value *exists =
            b.CreateICmpSLT(frame_.index(lane), lanes_.active_count());
        next = b.CreateSelect(exists, next, at);
      }
      at = next;
    }
    result = b.CreateInsertElement(result, load_one(at), lane);
  }
  return result;
}

/// Gathers through the stack, a few lanes at a time. For narrow elements this
/// is faster than inserting each; and LLVM takes seconds to compile dozens of
/// addresses in a loop.
/// Replaces the indices of inactive lanes by the last active one's, as they may
/// be out of range.
Value *LaneAccess::gather_staged(const LaneValue &offset, Value *prefix) {
  Value *slot = frame_.stack_slot(vector_);
  auto lanes = [&](Value *first, Value *last, int64_t step) {
    emit_for(frame_, first, last, frame_.index(step), {},
             [&](Value *lane, llvm::ArrayRef<Value *>) {
               for (int64_t k = 0; k < step; ++k) {
                 Value *here = b.CreateAdd(lane, frame_.index(k));
                 b.CreateAlignedStore(load_one(lanes_.extract(offset, here)),
                                      b.CreateGEP(stored_, slot, here), align_);
               }
               return Values();
             });
  };
  constexpr int64_t at_once = 8;
  Value *count = frame_.index(lanes_.fixed_width());
  if (prefix)
    count = lanes_.active_count();
  Value *whole = b.CreateAnd(count, frame_.index(-at_once));
  lanes(frame_.index(0), whole, at_once);
  lanes(whole, count, 1);
  Value *result = b.CreateFreeze(b.CreateLoad(vector_, slot));
  if (!prefix)
    return result;
  Value *last = b.CreateSub(count, frame_.index(1));
  return b.CreateSelect(prefix, result,
                        splat(load_one(lanes_.extract(offset, last))));
}

void LaneAccess::store_staged(Value *to, Value *value) {
  Value *slot = lanes_.to_memory(value);
  lanes_.for_each_lane([&](Value *lane) {
    Value *element = b.CreateLoad(stored_, b.CreateGEP(stored_, slot, lane));
    b.CreateAlignedStore(element, b.CreateGEP(stored_, to, lane), align_);
  });
}

void LaneAccess::store_contiguous(const LaneValue &offset, Value *value,
                                  Value *mask, bool only_prefix) {
  Value *to = address(offset.scalar());
  if (!mask)
    b.CreateAlignedStore(value, to, align_);
  else if (can_mask())
    b.CreateMaskedStore(value, to, align_, mask);
  else if (only_prefix)
    store_staged(to, value);
  else
    scatter(offset, value, mask);
}

void LaneAccess::store_linear(const LaneValue &offset, Value *value,
                              Value *mask, bool only_prefix) {
  if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(offset.stride())) {
    if (known->isOne())
      return store_contiguous(offset, value, mask, only_prefix);
    return scatter(offset, value, mask);
  }
  emit_if(
      frame_, b.CreateICmpEQ(offset.stride(), frame_.index(1)),
      [&] {
        store_contiguous(offset, value, mask, only_prefix);
        return Values();
      },
      [&] {
        scatter(offset, value, mask);
        return Values();
      });
}

void LaneAccess::scatter(const LaneValue &offset, Value *value, Value *mask) {
  if (lanes_.is_scalable())
    return scalable().scatter(offset, value,
                              mask ? mask : lanes_.active_mask());
  Value *values = lanes_.to_memory(value);
  Value *masks = mask ? lanes_.to_memory(mask) : nullptr;
  Value *offsets =
      offset.is_varying() ? lanes_.to_memory(offset.vector()) : nullptr;
  auto element = [&](Value *array, llvm::Type *type, Value *lane) {
    return b.CreateLoad(type, b.CreateGEP(type, array, lane));
  };
  lanes_.for_each_lane([&](Value *lane) {
    auto put = [&] {
      Value *at = offsets ? element(offsets, b.getInt64Ty(), lane)
                          : lanes_.extract(offset, lane);
      store_one(at, element(values, stored_, lane));
    };
    if (!masks)
      return put();
    Value *wanted = element(masks, b.getInt8Ty(), lane);
    emit_if(frame_, b.CreateICmpNE(wanted, b.getInt8(0)), put);
  });
}

} // namespace landfall::kernels
