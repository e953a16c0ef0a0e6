//===- lanes.h - Code for many points at once -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Generators describe the code of one point; `Lanes` emits it for as many
// consecutive points as it has lanes. The same generator serves scalar code
// (one lane), vectors of fixed length and vectors of run-time length (vscale).
//
// A value is *uniform* (the same in all lanes: one scalar), *linear* (an i64
// equal to base + lane * stride: two scalars) or *varying* (a vector). Uniform
// and linear values stay scalars as long as the operations allow; so addresses
// are scalar arithmetic and loads with stride 1 are plain vector loads.
//
// Register forms: bool is i1; sub-byte integers are i8, always wrapped to their
// width; reals narrower than f32 are f32, always rounded to their type; all
// others have the LLVM type of the same name.
//
// After `set_active`, only the first lanes are active: only these access
// memory. Inactive lanes hold unspecified values, but never trap.
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
  /// Uniform: the value. Linear: the value in lane 0.
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

/// What a load may assume about memory.
enum class Surroundings : uint8_t {
  unknown,
  invariant, ///< The kernel does not write the operand's memory.
  past_end,  ///< Inactive and guarded lanes may read: their elements exist.
};

/// The elements that exist before a pointer, and from it on (i64); null: not
/// known.
struct Room {
  llvm::Value *before = nullptr;
  llvm::Value *after = nullptr;
};

class Lanes {
public:
  /// The largest stride (in elements) for which, with Surroundings::past_end,
  /// whole vectors are loaded and the wanted elements picked out.
  static constexpr int64_t longest_step = 8;

  /// `width` lanes (`width * vscale` on a scalable machine). Width 1 is scalar
  /// code, in which all values are uniform.
  Lanes(KernelFrame &frame, unsigned width) : frame_(frame), width_(width) {}

  /// Elements of this type in one register of the machine (at vscale 1); at
  /// least 1.
  static unsigned natural_width(const Machine &machine, DType type);
  /// `groups` times the natural width, for more independent work in flight,
  /// limited by the machine's max_registers_per_value and max_lanes.
  static unsigned joined_width(const Machine &machine, unsigned natural,
                               unsigned groups);

  KernelFrame &frame() { return frame_; }
  llvm::IRBuilderBase &b() { return frame_.b; }
  bool is_scalar() const { return width_ == 1; }
  /// Whether the number of lanes is known only at run time.
  bool is_scalable() const {
    return !is_scalar() && frame_.machine.vector.scalable;
  }
  /// The number of lanes, for shuffles. Not for scalable vectors.
  unsigned fixed_width() const {
    assert(!is_scalable());
    return width_;
  }
  /// The number of lanes at the machine's largest vscale.
  int64_t max_lanes() const {
    return int64_t(width_) * frame_.machine.vector.max_vscale;
  }
  /// The number of lanes as an i64 value.
  llvm::Value *step();
  /// count modulo the number of lanes (i64).
  llvm::Value *remainder(llvm::Value *count);

  //===--- Active lanes ---------------------------------------------------===//
  /// Only lanes below `count` (i64, in [0, lanes]) are active; null: all.
  void set_active(llvm::Value *count);
  llvm::Value *active_count() const { return active_count_; }

  //===--- Values ---------------------------------------------------------===//
  /// The register type of one lane / of all lanes.
  llvm::Type *scalar_type(DType type);
  llvm::Type *vector_type(DType type);
  llvm::VectorType *vector_of(llvm::Type *element); ///< Not for scalar code.
  llvm::Value *splat(llvm::Value *scalar);          ///< Not for scalar code.
  LaneValue constant(DType type, uint64_t bits);    ///< Bits as in Node::bits.
  LaneValue index(llvm::Value *base) {              ///< base + lane number.
    return is_scalar() ? LaneValue::uniform(DType::i64, base)
                       : LaneValue::linear(base, frame_.index(1));
  }
  /// The value of all lanes as a vector (a scalar in scalar code).
  llvm::Value *spread(const LaneValue &value);
  /// The value in lane `lane` (i64, known at run time only), as a scalar.
  llvm::Value *extract(const LaneValue &value, llvm::Value *lane);

  /// Emits one operation of package/scalar_op.def, which is total: it never
  /// traps, in no lane.
  LaneValue apply(ScalarOp op, DType result,
                  llvm::ArrayRef<LaneValue> arguments);

  //===--- Memory ---------------------------------------------------------===//
  /// Loads the element at pointer + offset (offset in elements) and decodes it
  /// to its register form. Lanes whose guard (bool) is false do not access
  /// memory and yield `other`.
  LaneValue load(DType type, llvm::Value *pointer, const LaneValue &offset,
                 const LaneValue &guard = {}, const LaneValue &other = {},
                 Surroundings around = Surroundings::unknown, Room room = {});
  void store(DType type, llvm::Value *pointer, const LaneValue &offset,
             const LaneValue &value, const LaneValue &guard = {});

  //===--- Across lanes ---------------------------------------------------===//
  /// Combines all lanes by add, mul, min, max, and, or or xor to a scalar.
  /// Inactive lanes of `vector` must hold `neutral(op, type)`. The order is a
  /// fixed tree; on a scalable machine, that of its reduction instruction. A
  /// fixed vector may have fewer lanes.
  llvm::Value *reduce(ScalarOp op, DType type, llvm::Value *vector);
  /// Joins the upper half of a fixed vector with the lower one until only the
  /// first `lanes` lanes count. What is shorter than a register is not cut off.
  llvm::Value *join_halves(
      llvm::Value *vector, unsigned lanes,
      const std::function<llvm::Value *(llvm::Value *, llvm::Value *)> &join);
  /// Whether a bool is true in every / in any active lane (i1).
  llvm::Value *all_of(const LaneValue &condition);
  llvm::Value *any_of(const LaneValue &condition);
  /// The neutral element of an operation that `reduce` takes.
  llvm::Constant *neutral(ScalarOp op, DType type);
  /// `value` in active lanes, `other` in the rest.
  llvm::Value *where_active(llvm::Value *value, llvm::Value *other);
  /// Emits a loop that runs `body` for each active lane with its number (i64).
  void for_each_lane(const std::function<void(llvm::Value *lane)> &body);

  /// The active lanes as a vector of i1; null: all.
  llvm::Value *active_mask() const { return active_mask_; }
  /// The vector 0, 1, 2, ... of integers of `bits` bits.
  llvm::Value *lane_numbers(unsigned bits);
  /// The number (i64) of the first lane in which `mask` is true; there must be
  /// one.
  llvm::Value *first_lane(llvm::Value *mask);
  /// Stores the vector on the stack, for access by lane number; i1 lanes are
  /// stored as i8. Returns the pointer.
  llvm::Value *to_memory(llvm::Value *vector);

private:
  llvm::ElementCount count() const {
    return llvm::ElementCount::get(width_, is_scalable());
  }
  llvm::Value *reduce_at_once(ScalarOp op, DType type, llvm::Value *vector);
  llvm::Value *reduce_as_bits(ScalarOp op, llvm::Value *vector);
  llvm::Value *reduce_by_halves(ScalarOp op, DType type, llvm::Value *vector);
  llvm::Value *reduce_in_memory(ScalarOp op, DType type, llvm::Value *vector);

  KernelFrame &frame_;
  unsigned width_;
  llvm::Value *active_count_ = nullptr;
  llvm::Value *active_mask_ = nullptr;
};

} // namespace landfall::kernels
