//===- lanes.h - Code for many points at once -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Generators write code for one point; `Lanes` makes it code for as many
// neighbouring points as it has lanes. No generator knows how many: one lane is
// scalar code through the same interface, and a machine with run-time vector
// length is another implementation of it.
//
// A value is *uniform* (the same in all lanes: one scalar), *linear* (an i64
// that is base + lane * stride: two scalars) or *varying* (a vector). Uniform
// and linear values stay scalars as long as the operations allow, which is how
// addresses end up as scalar arithmetic and loads as unit-stride vectors.
//
// In registers a bool is i1, sub-byte integers are i8 kept wrapped to their
// width, narrow reals are f32 kept rounded to their type, the rest as expected.
//
// With `set_active`, only the first lanes exist: memory is touched by these
// only. Other lanes compute garbage, but never trap.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <cassert>
#include <functional>

namespace landfall::kernels {

class LaneValue {
public:
  LaneValue() = default;
  static LaneValue uniform(DType type, llvm::Value *scalar) {
    return {type, scalar, nullptr, nullptr};
  }
  static LaneValue linear(llvm::Value *base, llvm::Value *stride) {
    return {DType::i64, base, stride, nullptr};
  }
  static LaneValue varying(DType type, llvm::Value *vector) {
    return {type, nullptr, nullptr, vector};
  }

  explicit operator bool() const { return scalar_ || vector_; }
  DType type() const { return type_; }
  bool is_uniform() const { return scalar_ && !stride_; }
  bool is_linear() const { return stride_ != nullptr; }
  bool is_varying() const { return vector_ != nullptr; }
  /// Uniform: the value. Linear: lane 0's.
  llvm::Value *scalar() const { return scalar_; }
  llvm::Value *stride() const { return stride_; } ///< Linear only.
  llvm::Value *vector() const { return vector_; } ///< Varying only.

private:
  LaneValue(DType type, llvm::Value *scalar, llvm::Value *stride,
            llvm::Value *vector)
      : type_(type), scalar_(scalar), stride_(stride), vector_(vector) {}
  DType type_ = DType::i64;
  llvm::Value *scalar_ = nullptr;
  llvm::Value *stride_ = nullptr;
  llvm::Value *vector_ = nullptr;
};

/// What is known of the memory that is read.
enum class Surroundings : uint8_t {
  unknown,
  invariant, ///< Nothing writes there meanwhile.
  past_end,  ///< Lanes that do not exist, or are guarded, may read too.
};

class Lanes {
public:
  /// Elements from one lane to the next up to which vectors are loaded whole
  /// where there is room.
  static constexpr int64_t longest_step = 8;

  /// `width` lanes (in each unit of a scalable machine); 1: scalar code, where
  /// nothing is linear or varying.
  Lanes(KernelFrame &frame, unsigned width) : frame_(frame), width_(width) {}

  /// Lanes in one register of the machine for elements of this type, at least
  /// 1.
  static unsigned natural_width(const Machine &machine, DType type);
  /// So many times the natural width, for more work in flight, or as much of it
  /// as the machine has use for.
  static unsigned joined_width(const Machine &machine, unsigned natural,
                               unsigned groups);

  KernelFrame &frame() { return frame_; }
  llvm::IRBuilderBase &b() { return frame_.b; }
  bool is_scalar() const { return width_ == 1; }
  /// Whether only the run knows how many lanes there are.
  bool is_scalable() const { return !is_scalar() && frame_.machine.scalable; }
  /// For machines with a fixed width only: what masks and shuffles need.
  unsigned fixed_width() const {
    assert(!is_scalable());
    return width_;
  }
  /// There are never more lanes than this.
  int64_t most_lanes() const {
    return int64_t(width_) * frame_.machine.most_units;
  }
  /// How far an index advances from one group of lanes to the next (i64).
  llvm::Value *step();
  /// How many of `count` (i64) indices are left after whole groups of lanes.
  llvm::Value *remainder(llvm::Value *count);

  //===--- Which lanes exist ----------------------------------------------===//
  /// Only lanes below `count` (i64, in [0, lanes]) exist; null: all.
  void set_active(llvm::Value *count);
  llvm::Value *active_count() const { return active_count_; }

  //===--- Values ---------------------------------------------------------===//
  /// The register type of one lane / of all lanes.
  llvm::Type *scalar_type(DType type);
  llvm::Type *vector_type(DType type);
  llvm::VectorType *vector_of(llvm::Type *element); ///< Not for scalar code.
  llvm::Value *splat(llvm::Value *scalar);          ///< Nor this.
  LaneValue constant(DType type, uint64_t bits);    ///< As Node::bits.
  LaneValue index(llvm::Value *base) {              ///< base + lane.
    return is_scalar() ? LaneValue::uniform(DType::i64, base)
                       : LaneValue::linear(base, frame_.index(1));
  }
  /// All lanes as one vector (a scalar if there is one lane).
  llvm::Value *spread(const LaneValue &value);
  /// The value in lane number `lane` (i64, run time), as a scalar.
  llvm::Value *extract(const LaneValue &value, llvm::Value *lane);

  /// Applies one operation; total, see package/scalar_op.def.
  LaneValue apply(ScalarOp op, DType result,
                  llvm::ArrayRef<LaneValue> arguments);

  //===--- Memory ---------------------------------------------------------===//
  /// The element at `offset` (in elements) from `pointer`, decoded to its
  /// register form. With a guard (bool), lanes where it is false touch no
  /// memory and yield `other`.
  LaneValue load(DType type, llvm::Value *pointer, const LaneValue &offset,
                 const LaneValue &guard = {}, const LaneValue &other = {},
                 Surroundings around = Surroundings::unknown);
  void store(DType type, llvm::Value *pointer, const LaneValue &offset,
             const LaneValue &value, const LaneValue &guard = {});

  //===--- Across lanes ---------------------------------------------------===//
  /// Combines all active lanes by add, mul, min, max, and, or, xor in a fixed
  /// tree order, or in the machine's own if it is scalable. `vector` holds the
  /// operation's neutral element in lanes that are not active.
  llvm::Value *reduce(ScalarOp op, DType type, llvm::Value *vector);
  /// Whether a bool holds in every / in any active lane (i1).
  llvm::Value *all_of(const LaneValue &condition);
  llvm::Value *any_of(const LaneValue &condition);
  /// The neutral element of such an operation.
  llvm::Constant *neutral(ScalarOp op, DType type);
  /// `value` in active lanes, `other` elsewhere.
  llvm::Value *where_active(llvm::Value *value, llvm::Value *other);
  /// Runs `body` once for every active lane with its number (i64).
  void for_each_lane(const std::function<void(llvm::Value *lane)> &body);

  /// Which lanes are active (i1 a lane); null: all.
  llvm::Value *active_mask() const { return active_mask_; }
  /// 0, 1, 2, ... in a vector of integers of this many bits.
  llvm::Value *lane_numbers(unsigned bits);
  /// The number (i64) of the first lane where an i1 vector holds; some does.
  llvm::Value *first_lane(llvm::Value *mask);
  /// A copy of the vector in memory, one `element_type` a lane, for access by
  /// lane number; bools take an i8.
  llvm::Value *to_memory(llvm::Value *vector);

private:
  llvm::ElementCount count() const {
    return llvm::ElementCount::get(width_, is_scalable());
  }
  llvm::Value *reduce_at_once(ScalarOp op, DType type, llvm::Value *vector);
  llvm::Value *reduce_in_memory(ScalarOp op, DType type, llvm::Value *vector);

  KernelFrame &frame_;
  unsigned width_;
  llvm::Value *active_count_ = nullptr;
  llvm::Value *active_mask_ = nullptr;
};

} // namespace landfall::kernels
