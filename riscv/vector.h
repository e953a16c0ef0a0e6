//===- vector.h - How vector instructions are executed ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A vector instruction is executed in three steps: find its operands (a
// register group, or a scalar repeated in temporary memory), compute the result
// of all elements in temporary memory by a dense loop over arrays, and copy the
// active elements to the destination. The loops have neither masks nor
// aliasing, so that the host's compiler can vectorise them.
//
// Tail and masked-off elements keep their values, whatever vta and vma are.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/core.h"

#include <type_traits>

namespace landfall::riscv {

/// The form of an operation's second source.
enum class Form { vv, vx, vi, vu, vf };

template <typename T> T *elements(Core &core, unsigned index) {
  return reinterpret_cast<T *>(core.v.data() + index * (core.config.vlen / 8));
}

inline bool mask_bit(const uint8_t *mask, uint64_t element) {
  return mask[element / 8] >> (element % 8) & 1;
}

inline void set_mask_bit(uint8_t *mask, uint64_t element, bool value) {
  uint8_t bit = 1 << (element % 8);
  mask[element / 8] =
      value ? mask[element / 8] | bit : mask[element / 8] & ~bit;
}

/// A register group: its first register and log2 of EMUL, which may be
/// fractional.
struct Group {
  unsigned index;
  int log;
  unsigned registers() const { return log > 0 ? 1u << log : 1; }
};

/// Whether the group's first register is a multiple of its size, and it ends
/// within the register file.
bool is_aligned(Group group);

/// RISC-V's rule for overlap of a destination with a source of another element
/// width.
bool may_overlap(Group destination, Group source);

/// Whether the groups have no register in common.
bool is_disjoint(Group a, Group b);

/// Checks that vtype is legal, elements widened `widening` times are at most 64
/// bits wide, the destination is aligned, and a masked destination does not
/// overlap v0. If not, raises the fault and returns false.
bool check_vector(Core &core, const Instruction &in, Group destination,
                  std::initializer_list<Group> sources);

/// As check_vector, for a destination that is a mask.
bool check_mask_result(Core &core, const Instruction &in,
                       std::initializer_list<Group> sources);

/// The active elements, a byte each; null: all.
const uint8_t *active_elements(Core &core, const Instruction &in);

/// The group of an operand with elements of the vtype's width times
/// 2^`widening`.
inline Group group_of(const Core &core, unsigned index, int widening = 0) {
  return {index, core.shape.multiplier_log + widening};
}

/// As check_vector, for vd, vs2 and a second source, all of vtype's width.
inline bool check_operands(Core &core, const Instruction &in, Form form) {
  return check_vector(core, in, group_of(core, in.rd),
                      {group_of(core, in.rs2),
                       group_of(core, form == Form::vv ? in.rs1 : in.rs2)});
}

/// The same for a vd that is a mask.
inline bool check_comparison(Core &core, const Instruction &in, Form form) {
  return check_mask_result(
      core, in,
      {group_of(core, in.rs2),
       group_of(core, form == Form::vv ? in.rs1 : in.rs2)});
}

/// Calls `body` with a value of the unsigned type of this width.
template <typename Body> void with_width(int width_log, Body body) {
  switch (width_log) {
  case 0:
    return body(uint8_t{});
  case 1:
    return body(uint16_t{});
  case 2:
    return body(uint32_t{});
  default:
    return body(uint64_t{});
  }
}

template <typename T> struct WidenedInteger;
template <> struct WidenedInteger<uint8_t> {
  using Type = uint16_t;
};
template <> struct WidenedInteger<uint16_t> {
  using Type = uint32_t;
};
template <> struct WidenedInteger<uint32_t> {
  using Type = uint64_t;
};
template <> struct WidenedInteger<uint64_t> {
  using Type = unsigned __int128;
};
template <typename T> using Widened = WidenedInteger<T>::Type;

template <typename T> using Signed = std::make_signed_t<T>;

/// An array of `value`, repeated for each element.
template <typename T> const T *repeat(Core &core, unsigned operand, T value) {
  T *to = reinterpret_cast<T *>(core.scratch.operands[operand]);
  for (uint64_t k = 0; k < core.vl; ++k)
    to[k] = value;
  return to;
}

/// The second source of an integer instruction as elements of T.
template <typename T>
const T *second_source(Core &core, const Instruction &in, Form form) {
  switch (form) {
  case Form::vv:
    return elements<T>(core, in.rs1);
  case Form::vx:
    return repeat(core, 1, static_cast<T>(core.x[in.rs1]));
  default:
    return repeat(core, 1, static_cast<T>(in.immediate));
  }
}

template <typename T> T *result_elements(Core &core) {
  return reinterpret_cast<T *>(core.scratch.result);
}

/// Copies the active elements of the result (null: all) to the destination,
/// from vstart on.
template <typename T>
void write_back(Core &core, unsigned destination, const uint8_t *active) {
  const T *from = result_elements<T>(core);
  T *to = elements<T>(core, destination);
  if (active) {
    for (uint64_t k = core.vstart; k < core.vl; ++k)
      to[k] = active[k] ? from[k] : to[k];
  } else if (core.vstart < core.vl) {
    std::memcpy(to + core.vstart, from + core.vstart,
                (core.vl - core.vstart) * sizeof(T));
  }
  core.vstart = 0;
}

/// As write_back, for a destination that is a mask; the result has a byte per
/// element.
void write_back_mask(Core &core, unsigned destination, const uint8_t *active);

/// v0 with a byte per element.
const uint8_t *expand_mask(Core &core);

} // namespace landfall::riscv
