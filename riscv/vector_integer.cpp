//===- vector_integer.cpp - Integer operations on vectors -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_integer.h"

#include "riscv/division.h"

#include <algorithm>

using namespace landfall::riscv;

#define VV(id, name) FORM(id, vv, name)
#define VVX(id, name) FORM(id, vv, name) FORM(id, vx, name)
#define VXI(id, name) FORM(id, vx, name) FORM(id, vi, name)
#define VVXI(id, name) FORM(id, vv, name) FORM(id, vx, name) FORM(id, vi, name)
#define BINARY(forms, id, value)                                               \
  OPERATION(run_##id, integer_binary, static_cast<T>(value))                   \
  forms(id, run_##id)
#define COMPARE(forms, id, value)                                              \
  OPERATION(run_##id, integer_compare, value)                                  \
  forms(id, run_##id)

namespace {

template <typename T> unsigned shift(T amount) {
  return amount & (sizeof(T) * 8 - 1);
}

template <typename T> T high_product(T a, T b) {
  return (Widened<T>{a} * b) >> (sizeof(T) * 8);
}

template <typename T>
using SignedWidened = std::conditional_t<
    sizeof(T) == 1, int16_t,
    std::conditional_t<sizeof(T) == 2, int32_t,
                       std::conditional_t<sizeof(T) == 4, int64_t, __int128>>>;

template <typename T> T signed_high_product(Signed<T> a, Signed<T> b) {
  return (SignedWidened<T>{a} * b) >> (sizeof(T) * 8);
}

template <typename T> T mixed_high_product(Signed<T> a, T b) {
  return (SignedWidened<T>{a} * static_cast<SignedWidened<T>>(b)) >>
         (sizeof(T) * 8);
}

} // namespace

BINARY(VVXI, vadd, a + b)
BINARY(VVX, vsub, a - b)
BINARY(VXI, vrsub, b - a)
BINARY(VVX, vminu, a < b ? a : b)
BINARY(VVX, vmin, sa < sb ? a : b)
BINARY(VVX, vmaxu, a > b ? a : b)
BINARY(VVX, vmax, sa > sb ? a : b)
BINARY(VVXI, vand, a &b)
BINARY(VVXI, vor, a | b)
BINARY(VVXI, vxor, a ^ b)
BINARY(VVXI, vsll, a << shift(b))
BINARY(VVXI, vsrl, a >> shift(b))
BINARY(VVXI, vsra, sa >> shift(b))
BINARY(VVX, vmul, Widened<T>{a} * b)
BINARY(VVX, vmulhu, high_product(a, b))
BINARY(VVX, vmulh, signed_high_product<T>(sa, sb))
BINARY(VVX, vmulhsu, mixed_high_product<T>(sa, b))
BINARY(VVX, vdivu, quotient(a, b))
BINARY(VVX, vdiv, quotient(sa, sb))
BINARY(VVX, vremu, modulus(a, b))
BINARY(VVX, vrem, modulus(sa, sb))

COMPARE(VVXI, vmseq, a == b)
COMPARE(VVXI, vmsne, a != b)
COMPARE(VVX, vmsltu, a < b)
COMPARE(VVX, vmslt, sa < sb)
COMPARE(VVXI, vmsleu, a <= b)
COMPARE(VVXI, vmsle, sa <= sb)
COMPARE(VXI, vmsgtu, a > b)
COMPARE(VXI, vmsgt, sa > sb)

#define SUM(id, value)                                                         \
  static void run_##id(Core &core, const Instruction &in, Form form) {         \
    integer_sum(core, in, form, []<typename T>(T a, T b, T d) {                \
      return static_cast<T>(value);                                            \
    });                                                                        \
  }                                                                            \
  VVX(id, run_##id)

SUM(vmacc, d + Widened<T>{a} * b)
SUM(vnmsac, d - Widened<T>{a} * b)
SUM(vmadd, a + Widened<T>{d} * b)
SUM(vnmsub, a - Widened<T>{d} * b)

// The carry of element k is bit k of v0, which is no mask here; `without` it
// is 0. `is_out`: the result is the carry out.
template <typename Operate>
static void with_carry(Core &core, const Instruction &in, Form form,
                       bool is_out, Operate operate) {
  if (!(is_out ? check_comparison(core, in, form)
               : check_operands(core, in, form)))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *a = elements<T>(core, in.rs2);
    const T *b = second_source<T>(core, in, form);
    const uint8_t *carry = expand_mask(core);
    for (uint64_t k = 0, count = core.vl; k < count; ++k) {
      T value =
          operate(a[k], b[k], static_cast<T>(carry[k] && !in.is_unmasked()));
      if (is_out)
        core.scratch.result[k] = value;
      else
        result_elements<T>(core)[k] = value;
    }
    if (is_out)
      write_back_mask(core, in.rd, nullptr);
    else
      write_back<T>(core, in.rd, nullptr);
  });
}

#define CARRY(id, is_out, value)                                               \
  static void run_##id(Core &core, const Instruction &in, Form form) {         \
    with_carry(core, in, form, is_out, []<typename T>(T a, T b, T c) {         \
      return static_cast<T>(value);                                            \
    });                                                                        \
  }
#define CARRY_FORM(id, suffix, form, name)                                     \
  void landfall::riscv::execute_##id##_##suffix(Core &core,                    \
                                                const Instruction &in) {       \
    name(core, in, Form::form);                                                \
  }

CARRY(vadc, false, a + b + c)
CARRY(vsbc, false, a - b - c)
CARRY(vmadc, true,
      static_cast<T>(a + b) < a ||
          (c && static_cast<T>(a + b) == static_cast<T>(-1)))
CARRY(vmsbc, true, a < b || (c && a == b))
CARRY(vmerge, false, c ? b : a)
CARRY_FORM(vadc, vvm, vv, run_vadc)
CARRY_FORM(vadc, vxm, vx, run_vadc)
CARRY_FORM(vadc, vim, vi, run_vadc)
CARRY_FORM(vsbc, vvm, vv, run_vsbc)
CARRY_FORM(vsbc, vxm, vx, run_vsbc)
CARRY_FORM(vmadc, vvm, vv, run_vmadc)
CARRY_FORM(vmadc, vxm, vx, run_vmadc)
CARRY_FORM(vmadc, vim, vi, run_vmadc)
CARRY_FORM(vmadc, vv, vv, run_vmadc)
CARRY_FORM(vmadc, vx, vx, run_vmadc)
CARRY_FORM(vmadc, vi, vi, run_vmadc)
CARRY_FORM(vmsbc, vvm, vv, run_vmsbc)
CARRY_FORM(vmsbc, vxm, vx, run_vmsbc)
CARRY_FORM(vmsbc, vv, vv, run_vmsbc)
CARRY_FORM(vmsbc, vx, vx, run_vmsbc)
CARRY_FORM(vmerge, vvm, vv, run_vmerge)
CARRY_FORM(vmerge, vxm, vx, run_vmerge)
CARRY_FORM(vmerge, vim, vi, run_vmerge)

static void run_move(Core &core, const Instruction &in, Form form) {
  if (!check_vector(core, in, group_of(core, in.rd),
                    {group_of(core, form == Form::vv ? in.rs1 : in.rd)}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    std::memcpy(result_elements<T>(core), second_source<T>(core, in, form),
                core.vl * sizeof(T));
    write_back<T>(core, in.rd, nullptr);
  });
}
CARRY_FORM(vmv_v, v, vv, run_move)
CARRY_FORM(vmv_v, x, vx, run_move)
CARRY_FORM(vmv_v, i, vi, run_move)

/// Elements that are 2^`steps` times narrower, extended.
template <bool is_signed>
static void extend(Core &core, const Instruction &in, int steps) {
  if (core.shape.width_log < steps)
    return core.raise_illegal();
  if (!check_vector(core, in, group_of(core, in.rd),
                    {group_of(core, in.rs2, -steps)}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    with_width(core.shape.width_log - steps, [&]<typename Narrow>(Narrow) {
      if constexpr (sizeof(Narrow) < sizeof(T)) {
        using From = std::conditional_t<is_signed, Signed<Narrow>, Narrow>;
        const From *from = elements<From>(core, in.rs2);
        std::copy_n(from, core.vl, result_elements<T>(core));
      }
    });
    write_back<T>(core, in.rd, active_elements(core, in));
  });
}

#define EXTEND(factor, steps)                                                  \
  void landfall::riscv::execute_vzext_vf##factor(Core &core,                   \
                                                 const Instruction &in) {      \
    extend<false>(core, in, steps);                                            \
  }                                                                            \
  void landfall::riscv::execute_vsext_vf##factor(Core &core,                   \
                                                 const Instruction &in) {      \
    extend<true>(core, in, steps);                                             \
  }
EXTEND(2, 1)
EXTEND(4, 2)
EXTEND(8, 3)
