//===- vector_float.h - Loops over floating-point elements ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// As in vector.h. As the dense loop computes inactive elements too, they are
// replaced by 1.0, for which no operation raises exception flags.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/execute.h"
#include "riscv/rounding.h"
#include "riscv/vector.h"

namespace landfall::riscv {

/// Checks that vtype's elements, widened `steps` times, are float or double,
/// and that frm is valid. If not, raises the fault and returns false.
bool check_float(Core &core, int steps = 0);

/// Calls `body` with a value of the floating-point type of vtype's elements.
template <typename Body> void with_float(const Core &core, Body body) {
  if (core.shape.width_log == 2)
    body(float{});
  else
    body(double{});
}

/// The f register as a value of F.
template <typename F> F float_scalar(const Core &core, unsigned index) {
  uint64_t value = core.f[index];
  if constexpr (sizeof(F) == 8)
    return from_bits<F>(value);
  return from_bits<F>(value >> 32 == 0xffffffff ? static_cast<Bits<F>>(value)
                                                : canonical_nan<F>);
}

/// The elements with inactive ones replaced by 1.0; the same array if all are
/// active. `operand`: the number of the temporary array to use.
template <typename T>
const T *only_active(Core &core, const T *from, const uint8_t *active,
                     unsigned operand) {
  if (!active)
    return from;
  T *to = reinterpret_cast<T *>(core.scratch.operands[operand]);
  for (uint64_t k = 0; k < core.vl; ++k)
    to[k] = active[k] ? from[k] : T{1};
  return to;
}

template <typename F>
const F *second_float(Core &core, const Instruction &in, Form form) {
  return form == Form::vv ? elements<F>(core, in.rs1)
                          : repeat(core, 1, float_scalar<F>(core, in.rs1));
}

/// vd = operate(vs2, second source), rounded. `operate` also takes Wider<F>.
template <typename Operate>
void float_binary(Core &core, const Instruction &in, Form form,
                  Operate operate) {
  if (!check_float(core) || !check_operands(core, in, form))
    return;
  with_float(core, [&]<typename F>(F) {
    const uint8_t *active = active_elements(core, in);
    const F *a = only_active(core, elements<F>(core, in.rs2), active, 0);
    const F *b = only_active(core, second_float<F>(core, in, form), active, 1);
    F *__restrict result = result_elements<F>(core);
    {
      Rounding scope(core.frm);
      for (uint64_t k = core.vstart, count = core.vl; k < count; ++k)
        result[k] = canonical<F>(operate(a[k], b[k]));
    }
    if (core.frm == round_away)
      for (uint64_t k = core.vstart; k < core.vl; ++k)
        result[k] =
            fix_tie(result[k], a[k], b[k], b[k],
                    [&](auto x, auto y, auto) { return operate(x, y); });
    write_back<F>(core, in.rd, active);
  });
}

/// vd = operate(vs2, second source, flags) on values or their bits, unrounded.
template <typename Operate>
void float_bitwise(Core &core, const Instruction &in, Form form,
                   Operate operate) {
  if (!check_float(core) || !check_operands(core, in, form))
    return;
  with_float(core, [&]<typename F>(F) {
    const uint8_t *active = active_elements(core, in);
    const F *a = only_active(core, elements<F>(core, in.rs2), active, 0);
    const F *b = only_active(core, second_float<F>(core, in, form), active, 1);
    F *__restrict result = result_elements<F>(core);
    uint32_t flags = 0;
    for (uint64_t k = core.vstart, count = core.vl; k < count; ++k)
      result[k] = operate(a[k], b[k], flags);
    core.fflags |= flags;
    write_back<F>(core, in.rd, active);
  });
}

/// Mask vd = operate(vs2, second source, flags).
template <typename Operate>
void float_compare(Core &core, const Instruction &in, Form form,
                   Operate operate) {
  if (!check_float(core) || !check_comparison(core, in, form))
    return;
  with_float(core, [&]<typename F>(F) {
    const uint8_t *active = active_elements(core, in);
    const F *a = only_active(core, elements<F>(core, in.rs2), active, 0);
    const F *b = only_active(core, second_float<F>(core, in, form), active, 1);
    uint32_t flags = 0;
    for (uint64_t k = core.vstart, count = core.vl; k < count; ++k)
      core.scratch.result[k] = operate(a[k], b[k], flags);
    core.fflags |= flags;
    write_back_mask(core, in.rd, active);
  });
}

/// vd = convert(vs2, flags) with elements of From and To, whose groups are of
/// vtype's size times 2^steps. `is_rounded`: by the host's arithmetic.
template <typename From, typename To, typename Convert>
void float_unary(Core &core, const Instruction &in, int from_steps,
                 int to_steps, Convert convert) {
  if (!check_vector(core, in, group_of(core, in.rd, to_steps),
                    {group_of(core, in.rs2, from_steps)}))
    return;
  const uint8_t *active = active_elements(core, in);
  const From *from = only_active(core, elements<From>(core, in.rs2), active, 0);
  To *__restrict result = result_elements<To>(core);
  uint32_t flags = 0;
  {
    Rounding scope(core.frm);
    for (uint64_t k = core.vstart, count = core.vl; k < count; ++k)
      result[k] = convert(from[k], flags);
  }
  core.fflags |= flags;
  write_back<To>(core, in.rd, active);
}

} // namespace landfall::riscv

#define FLOAT_FORM(id, suffix, form, ...)                                      \
  void landfall::riscv::execute_##id##_##suffix(Core &core,                    \
                                                const Instruction &in) {       \
    __VA_ARGS__(core, in, Form::form);                                         \
  }
