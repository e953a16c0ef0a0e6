//===- vector_float.cpp - Floating-point operations on vectors --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_float.h"

using namespace landfall::riscv;

bool landfall::riscv::check_float(Core &core, int steps) {
  int log = core.shape.width_log + steps;
  bool ok = core.shape.is_legal && (log == 2 || log == 3) &&
            core.shape.width_log <= 3 && core.frm <= round_away;
  if (!ok)
    core.raise_illegal();
  return ok;
}

#define VV_VF(id, name)                                                        \
  FLOAT_FORM(id, vv, vv, name)                                                 \
  FLOAT_FORM(id, vf, vf, name)
#define VF(id, name) FLOAT_FORM(id, vf, vf, name)
#define ROUNDED(forms, id, value)                                              \
  static void run_##id(Core &core, const Instruction &in, Form form) {         \
    float_binary(core, in, form, [](auto a, auto b) { return value; });        \
  }                                                                            \
  forms(id, run_##id)

ROUNDED(VV_VF, vfadd, a + b)
ROUNDED(VV_VF, vfsub, a - b)
ROUNDED(VF, vfrsub, b - a)
ROUNDED(VV_VF, vfmul, a *b)
ROUNDED(VV_VF, vfdiv, a / b)
ROUNDED(VF, vfrdiv, b / a)

#define BITWISE(id, value)                                                     \
  static void run_##id(Core &core, const Instruction &in, Form form) {         \
    float_bitwise(core, in, form,                                              \
                  []<typename F>(F a, F b, [[maybe_unused]] uint32_t &flags) { \
                    return value;                                              \
                  });                                                          \
  }                                                                            \
  VV_VF(id, run_##id)

/// The magnitude of `a` with the sign of `sign`.
template <typename F> static F with_sign(F a, Bits<F> sign) {
  return from_bits<F>((to_bits(a) & ~sign_bit<F>) | (sign & sign_bit<F>));
}

BITWISE(vfmin, minimum(a, b, flags))
BITWISE(vfmax, maximum(a, b, flags))
BITWISE(vfsgnj, with_sign(a, to_bits(b)))
BITWISE(vfsgnjn, with_sign(a, ~to_bits(b)))
BITWISE(vfsgnjx, with_sign(a, to_bits(a) ^ to_bits(b)))

#define COMPARE(forms, id, value)                                              \
  static void run_##id(Core &core, const Instruction &in, Form form) {         \
    float_compare(core, in, form, []<typename F>(F a, F b, uint32_t &flags) {  \
      return value;                                                            \
    });                                                                        \
  }                                                                            \
  forms(id, run_##id)

COMPARE(VV_VF, vmfeq, equal(a, b, flags))
COMPARE(VV_VF, vmfne, !equal(a, b, flags))
COMPARE(VV_VF, vmflt, less(a, b, flags))
COMPARE(VV_VF, vmfle, less_equal(a, b, flags))
COMPARE(VF, vmfgt, less(b, a, flags))
COMPARE(VF, vmfge, less_equal(b, a, flags))

/// vd = operate(vs2, second source), of the type twice as wide; vs2 is that
/// already if `is_first_wide`. frm has its way only there.
template <bool is_first_wide, typename Operate>
static void widening(Core &core, const Instruction &in, Form form,
                     Operate operate) {
  Group second = form == Form::vv ? group_of(core, in.rs1)
                                  : group_of(core, in.rs2, is_first_wide);
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (!check_float(core, 1) ||
      !check_vector(core, in, group_of(core, in.rd, 1),
                    {group_of(core, in.rs2, is_first_wide), second}))
    return;
  using First = std::conditional_t<is_first_wide, double, float>;
  const uint8_t *active = active_elements(core, in);
  const First *a = only_active(core, elements<First>(core, in.rs2), active, 0);
  const float *b =
      only_active(core, second_float<float>(core, in, form), active, 1);
  double *__restrict result = result_elements<double>(core);
  {
    Rounding scope(core.frm);
    for (uint64_t k = core.vstart, count = core.vl; k < count; ++k)
      result[k] = canonical<double>(
          operate(static_cast<double>(a[k]), static_cast<double>(b[k])));
  }
  if (core.frm == round_away)
    for (uint64_t k = core.vstart; k < core.vl; ++k)
      result[k] = fix_tie(result[k], double{a[k]}, double{b[k]}, 0.0,
                          [&](auto x, auto y, auto) { return operate(x, y); });
  write_back<double>(core, in.rd, active);
}

#define WIDENING(id, suffix, form, is_first_wide, value)                       \
  void landfall::riscv::execute_##id##_##suffix(Core &core,                    \
                                                const Instruction &in) {       \
    widening<is_first_wide>(core, in, Form::form,                              \
                            [](auto a, auto b) { return value; });             \
  }
WIDENING(vfwadd, vv, vv, false, a + b)
WIDENING(vfwadd, vf, vf, false, a + b)
WIDENING(vfwadd, wv, vv, true, a + b)
WIDENING(vfwadd, wf, vf, true, a + b)
WIDENING(vfwsub, vv, vv, false, a - b)
WIDENING(vfwsub, vf, vf, false, a - b)
WIDENING(vfwsub, wv, vv, true, a - b)
WIDENING(vfwsub, wf, vf, true, a - b)
WIDENING(vfwmul, vv, vv, false, a *b)
WIDENING(vfwmul, vf, vf, false, a *b)

void landfall::riscv::execute_vfsqrt_v(Core &core, const Instruction &in) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      float_unary<F, F>(core, in, 0, 0, [](F value, uint32_t &) {
        return canonical(std::sqrt(value));
      });
    });
}

void landfall::riscv::execute_vfclass_v(Core &core, const Instruction &in) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      float_unary<F, Bits<F>>(core, in, 0, 0, [](F value, uint32_t &) {
        return static_cast<Bits<F>>(classify(value));
      });
    });
}
