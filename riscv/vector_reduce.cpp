//===- vector_reduce.cpp - Reductions ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Sums of floating-point elements go in their order, which is one that an
// unordered sum may have.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_float.h"

using namespace landfall::riscv;

namespace {

bool check(Core &core, const Instruction &in) {
  bool ok = core.shape.is_legal && core.vstart == 0 &&
            is_aligned(group_of(core, in.rs2));
  if (!ok)
    core.raise_illegal();
  return ok;
}

/// vd[0] = vs1[0] folded with the active elements of vs2; nothing if there are
/// no elements.
template <typename From, typename To, typename Fold>
void reduce(Core &core, const Instruction &in, Fold fold) {
  if (core.vl == 0)
    return;
  To value = *elements<To>(core, in.rs1);
  const From *from = elements<From>(core, in.rs2);
  const uint8_t *active = active_elements(core, in);
  for (uint64_t k = 0; k < core.vl; ++k)
    if (!active || active[k])
      value = fold(value, from[k]);
  *elements<To>(core, in.rd) = value;
}

template <typename Fold>
void reduce_integers(Core &core, const Instruction &in, Fold fold) {
  if (check(core, in))
    with_width(core.shape.width_log,
               [&]<typename T>(T) { reduce<T, T>(core, in, fold); });
}

template <bool is_signed> void widening_sum(Core &core, const Instruction &in) {
  if (core.shape.width_log > 2)
    return core.raise_illegal();
  if (!check(core, in))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    if constexpr (sizeof(T) < 8) {
      using Wide = Widened<T>;
      using From = std::conditional_t<is_signed, Signed<T>, T>;
      reduce<From, Wide>(core, in, [](Wide a, From b) -> Wide {
        return a + static_cast<Wide>(b);
      });
    }
  });
}

template <typename F> F add(F a, F b, uint32_t mode) {
  F sum = canonical(pinned(a) + pinned(b));
  return mode == round_away
             ? fix_tie(sum, a, b, b, [](auto x, auto y, auto) { return x + y; })
             : sum;
}

void sum(Core &core, const Instruction &in) {
  if (!check_float(core) || !check(core, in))
    return;
  Rounding scope(core.frm);
  with_float(core, [&]<typename F>(F) {
    reduce<F, F>(core, in, [&](F a, F b) { return add(a, b, core.frm); });
  });
}

void wide_float_sum(Core &core, const Instruction &in) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (!check_float(core) || !check(core, in))
    return;
  Rounding scope(core.frm);
  reduce<float, double>(
      core, in, [&](double a, float b) { return add<double>(a, b, core.frm); });
}

} // namespace

#define REDUCE(id, value)                                                      \
  void landfall::riscv::execute_##id##_vs(Core &core, const Instruction &in) { \
    reduce_integers(core, in, []<typename T>(T a, T b) {                       \
      [[maybe_unused]] Signed<T> sa = a, sb = b;                               \
      return static_cast<T>(value);                                            \
    });                                                                        \
  }
REDUCE(vredsum, a + b)
REDUCE(vredand, a &b)
REDUCE(vredor, a | b)
REDUCE(vredxor, a ^ b)
REDUCE(vredminu, a < b ? a : b)
REDUCE(vredmaxu, a > b ? a : b)
REDUCE(vredmin, sa < sb ? a : b)
REDUCE(vredmax, sa > sb ? a : b)

#define HANDLER(id, ...)                                                       \
  void landfall::riscv::execute_##id##_vs(Core &core, const Instruction &in) { \
    __VA_ARGS__;                                                               \
  }
HANDLER(vwredsumu, widening_sum<false>(core, in))
HANDLER(vwredsum, widening_sum<true>(core, in))
HANDLER(vfredusum, sum(core, in))
HANDLER(vfredosum, sum(core, in))
HANDLER(vfwredusum, wide_float_sum(core, in))
HANDLER(vfwredosum, wide_float_sum(core, in))

#define EXTREME(id, function)                                                  \
  HANDLER(id, if (check_float(core) && check(core, in))                        \
                  with_float(core, [&]<typename F>(F) {                        \
                    reduce<F, F>(core, in, [&](F a, F b) {                     \
                      return function(a, b, core.fflags);                      \
                    });                                                        \
                  }))
EXTREME(vfredmin, minimum)
EXTREME(vfredmax, maximum)
