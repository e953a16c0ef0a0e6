//===- vector_fused.cpp - Fused multiply-add of vectors ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_float.h"

using namespace landfall::riscv;

namespace {

/// result = (+-a) * b (+-c), rounded once.
template <bool is_negative, bool subtracts, typename F>
[[gnu::always_inline]] inline void fused_loop(F *__restrict result, const F *a,
                                              const F *b, const F *c,
                                              uint64_t count) {
  for (uint64_t k = 0; k < count; ++k) {
    F product = is_negative ? -a[k] : a[k], addend = subtracts ? -c[k] : c[k];
    if constexpr (sizeof(F) == 4)
      result[k] = canonical(__builtin_fmaf(product, b[k], addend));
    else
      result[k] = canonical(__builtin_fma(product, b[k], addend));
  }
}

template <bool is_negative, bool subtracts, typename F>
[[gnu::target("avx2,fma"), gnu::noinline]] void
fused_on_avx2(F *result, const F *a, const F *b, const F *c, uint64_t count) {
  fused_loop<is_negative, subtracts>(result, a, b, c, count);
}

template <bool is_negative, bool subtracts, typename F>
[[gnu::noinline]] void fused_dense(F *result, const F *a, const F *b,
                                   const F *c, uint64_t count) {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    fused_on_avx2<is_negative, subtracts>(result, a, b, c, count);
  else
    fused_loop<is_negative, subtracts>(result, a, b, c, count);
}

/// Flags that hosts may not raise, and ties away from zero.
template <bool is_negative, bool subtracts, typename F>
void finish(Core &core, F *result, const F *a, const F *b, const F *c) {
  for (uint64_t k = core.vstart; k < core.vl; ++k) {
    if (is_nan(result[k]))
      core.fflags |= fused_flags(a[k], b[k], c[k]);
    if (core.frm == round_away)
      result[k] = fix_tie(result[k], is_negative ? -a[k] : a[k], b[k],
                          subtracts ? -c[k] : c[k], [](auto x, auto y, auto z) {
                            if constexpr (std::is_same_v<decltype(x), double>)
                              return std::fma(x, y, z);
                            else
                              return x * y + z;
                          });
  }
}

/// vd = (+-a) * b (+-c) of elements of F.
template <bool is_negative, bool subtracts, typename F>
void fused(Core &core, const F *a, const F *b, const F *c,
           const uint8_t *active, unsigned destination) {
  a = only_active(core, a, active, 0);
  b = only_active(core, b, active, 1);
  c = only_active(core, c, active, 2);
  F *result = result_elements<F>(core);
  if (core.vstart < core.vl) {
    Rounding scope(core.frm);
    fused_dense<is_negative, subtracts>(result + core.vstart, a + core.vstart,
                                        b + core.vstart, c + core.vstart,
                                        core.vl - core.vstart);
  }
  finish<is_negative, subtracts>(core, result, a, b, c);
  write_back<F>(core, destination, active);
}

/// `overwrites_factor`: vd is a factor and vs2 the addend.
template <bool is_negative, bool subtracts, bool overwrites_factor>
void same_width(Core &core, const Instruction &in, Form form) {
  if (!check_float(core) || !check_operands(core, in, form))
    return;
  with_float(core, [&]<typename F>(F) {
    const F *a = elements<F>(core, in.rs2), *d = elements<F>(core, in.rd);
    const F *b = second_float<F>(core, in, form);
    fused<is_negative, subtracts>(core, overwrites_factor ? d : a, b,
                                  overwrites_factor ? a : d,
                                  active_elements(core, in), in.rd);
  });
}

/// vd is twice as wide as the factors.
template <bool is_negative, bool subtracts>
void widening(Core &core, const Instruction &in, Form form) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (!check_float(core) ||
      !check_vector(core, in, group_of(core, in.rd, 1),
                    {group_of(core, in.rs2),
                     group_of(core, form == Form::vv ? in.rs1 : in.rs2)}))
    return;
  const uint8_t *active = active_elements(core, in);
  const float *narrow_a =
      only_active(core, elements<float>(core, in.rs2), active, 2);
  const float *narrow_b =
      only_active(core, second_float<float>(core, in, form), active, 1);
  auto *a = reinterpret_cast<double *>(core.scratch.operands[0]);
  auto *b = reinterpret_cast<double *>(core.scratch.operands[3]);
  for (uint64_t k = core.vstart; k < core.vl; ++k) {
    a[k] = narrow_a[k];
    b[k] = narrow_b[k];
  }
  fused<is_negative, subtracts>(core, a, b, elements<double>(core, in.rd),
                                active, in.rd);
}

} // namespace

#define FUSED(id, ...)                                                         \
  FLOAT_FORM(id, vv, vv, __VA_ARGS__)                                          \
  FLOAT_FORM(id, vf, vf, __VA_ARGS__)
FUSED(vfmacc, same_width<false, false, false>)
FUSED(vfnmacc, same_width<true, true, false>)
FUSED(vfmsac, same_width<false, true, false>)
FUSED(vfnmsac, same_width<true, false, false>)
FUSED(vfmadd, same_width<false, false, true>)
FUSED(vfnmadd, same_width<true, true, true>)
FUSED(vfmsub, same_width<false, true, true>)
FUSED(vfnmsub, same_width<true, false, true>)
FUSED(vfwmacc, widening<false, false>)
FUSED(vfwnmacc, widening<true, true>)
FUSED(vfwmsac, widening<false, true>)
FUSED(vfwnmsac, widening<true, false>)
