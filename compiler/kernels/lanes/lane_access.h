//===- lane_access.h - Elements of many lanes at a pointer -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Only the elements of active, unguarded lanes are accessed. On a machine that
// cannot mask accesses of this width, they are copied through the stack lane by
// lane.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"
#include "compiler/kernels/lanes/scalable_memory.h"

namespace landfall::kernels {

/// Emits accesses to elements of one type at one pointer, for the lanes of
/// `lanes`. Offsets are in elements. Values are in storage form: integers as
/// wide as an element (emit_to_storage). `mask` is a vector of i1; null: all
/// lanes. With `only_prefix` the mask is that of the active lanes.
class LaneAccess {
public:
  LaneAccess(Lanes &lanes, DType type, llvm::Value *pointer,
             Surroundings around = Surroundings::unknown, Room room = {})
      : lanes_(lanes), frame_(lanes.frame()), b(lanes.b()), type_(type),
        pointer_(pointer), around_(around), room_(room),
        stored_(b.getIntNTy(info(type).bytes * 8)),
        align_(uint64_t(info(type).bytes)) {
    if (!lanes.is_scalar())
      vector_ = lanes.vector_of(stored_);
  }

  /// The element at a uniform offset (i64).
  llvm::Value *load_one(llvm::Value *offset);
  llvm::Value *load_linear(const LaneValue &offset, llvm::Value *mask,
                           bool only_prefix);
  /// `offsets` is a vector of i64.
  llvm::Value *gather(llvm::Value *offsets, llvm::Value *mask);
  /// At a uniform offset (i64).
  void store_one(llvm::Value *offset, llvm::Value *value);
  void store_linear(const LaneValue &offset, llvm::Value *value,
                    llvm::Value *mask, bool only_prefix);
  /// If several lanes write one element, the last lane's value stays.
  void scatter(const LaneValue &offset, llvm::Value *value, llvm::Value *mask);

private:
  /// The most lanes of narrow elements that are inserted one by one.
  static constexpr unsigned max_inserted = 32;

  bool can_mask() const {
    const VectorUnit &unit = frame_.machine.vector;
    return info(type_).bytes >= 4 ? unit.masks_elements
                                  : unit.masks_narrow_elements;
  }
  llvm::Value *load_from(llvm::Type *type, llvm::Value *at) {
    llvm::LoadInst *load = b.CreateAlignedLoad(type, at, align_);
    if (around_ == Surroundings::invariant)
      load->setMetadata(llvm::LLVMContext::MD_invariant_load,
                        llvm::MDNode::get(b.getContext(), {}));
    return load;
  }
  llvm::Value *address(llvm::Value *offset) {
    return b.CreateGEP(stored_, pointer_, offset);
  }
  llvm::Value *splat(llvm::Value *scalar) { return lanes_.splat(scalar); }
  ScalableMemory scalable() { return {lanes_, stored_, pointer_}; }
  llvm::Value *gather_linear(const LaneValue &offset, llvm::Value *mask,
                             bool only_prefix);
  llvm::Value *gather_staged(const LaneValue &offset, llvm::Value *prefix);
  llvm::Value *permuted(llvm::Value *base, llvm::Value *apart);
  llvm::Value *permuted_twice(llvm::Value *offsets, llvm::Value *base,
                              llvm::Value *apart);
  llvm::Value *gather_near(llvm::Value *offsets, llvm::Value *mask);
  llvm::Value *gather_each(llvm::Value *offsets, llvm::Value *mask);
  llvm::Value *load_contiguous(llvm::Value *offset, llvm::Value *mask,
                               bool only_prefix);
  llvm::Value *load_staged(llvm::Value *from);
  llvm::Value *load_every_second(llvm::Value *offset, llvm::Value *mask);
  bool can_narrow(int64_t stride);
  llvm::Value *load_and_narrow(llvm::Value *offset, int64_t stride);
  llvm::Value *load_constant_stride(const LaneValue &offset, int64_t stride,
                                    llvm::Value *mask, bool only_prefix);
  void store_contiguous(const LaneValue &offset, llvm::Value *value,
                        llvm::Value *mask, bool only_prefix);
  void store_staged(llvm::Value *to, llvm::Value *value);

  Lanes &lanes_;
  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  DType type_;
  llvm::Value *pointer_;
  Surroundings around_;
  Room room_;
  llvm::Type *stored_;
  llvm::Type *vector_ = nullptr;
  llvm::Align align_;
};

} // namespace landfall::kernels
