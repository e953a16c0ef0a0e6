//===- vector_convert.cpp - Conversions of vectors --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_float.h"

using namespace landfall::riscv;

namespace {

/// Floats of vtype's width times 2^from_steps to integers of 2^to_steps.
template <typename F, typename I>
void to_integers(Core &core, const Instruction &in, int from_steps,
                 int to_steps, std::optional<uint32_t> mode) {
  uint32_t chosen = mode.value_or(core.frm);
  float_unary<F, I>(core, in, from_steps, to_steps,
                    [chosen](F value, uint32_t &flags) {
                      return to_integer<I>(value, chosen, flags);
                    });
}

template <typename I, typename F>
void to_floats(Core &core, const Instruction &in, int from_steps,
               int to_steps) {
  bool is_away = core.frm == round_away;
  float_unary<I, F>(core, in, from_steps, to_steps, [&](I value, uint32_t &) {
    F nearest = from_number<F>(value);
    return is_away ? fix_tie(nearest, value, value, value,
                             [](auto wide, auto, auto) { return wide; })
                   : nearest;
  });
}

template <bool is_signed, unsigned bytes>
using Integer = std::conditional_t<
    bytes == 2, std::conditional_t<is_signed, int16_t, uint16_t>,
    std::conditional_t<bytes == 4,
                       std::conditional_t<is_signed, int32_t, uint32_t>,
                       std::conditional_t<is_signed, int64_t, uint64_t>>>;

template <bool is_signed>
void same_to_integer(Core &core, const Instruction &in,
                     std::optional<uint32_t> mode = std::nullopt) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      to_integers<F, Integer<is_signed, sizeof(F)>>(core, in, 0, 0, mode);
    });
}

template <bool is_signed>
void same_to_float(Core &core, const Instruction &in) {
  if (check_float(core))
    with_float(core, [&]<typename F>(F) {
      to_floats<Integer<is_signed, sizeof(F)>, F>(core, in, 0, 0);
    });
}

template <bool is_signed>
void wide_to_integer(Core &core, const Instruction &in,
                     std::optional<uint32_t> mode = std::nullopt) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (check_float(core))
    to_integers<float, Integer<is_signed, 8>>(core, in, 0, 1, mode);
}

/// Exact: there is always room.
template <bool is_signed>
void wide_to_float(Core &core, const Instruction &in) {
  if (!check_float(core, 1))
    return;
  if (core.shape.width_log == 1)
    to_floats<Integer<is_signed, 2>, float>(core, in, 0, 1);
  else
    to_floats<Integer<is_signed, 4>, double>(core, in, 0, 1);
}

template <bool is_signed>
void narrow_to_integer(Core &core, const Instruction &in,
                       std::optional<uint32_t> mode = std::nullopt) {
  if (!check_float(core, 1))
    return;
  if (core.shape.width_log == 1)
    to_integers<float, Integer<is_signed, 2>>(core, in, 1, 0, mode);
  else
    to_integers<double, Integer<is_signed, 4>>(core, in, 1, 0, mode);
}

template <bool is_signed>
void narrow_to_float(Core &core, const Instruction &in) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (check_float(core))
    to_floats<Integer<is_signed, 8>, float>(core, in, 1, 0);
}

/// Round to odd: an inexact result becomes the neighbour with an odd fraction.
float round_to_odd(double value) {
  auto nearest = static_cast<float>(pinned(value));
  if (std::isnan(value) || static_cast<double>(nearest) == value)
    return nearest;
  uint32_t bits = to_bits(nearest);
  bool is_beyond = std::isinf(nearest) ||
                   std::fabs(static_cast<double>(nearest)) > std::fabs(value);
  bits -= is_beyond; // Toward zero first, then up to odd.
  return from_bits<float>(bits | 1);
}

void narrow_float(Core &core, const Instruction &in, bool to_odd) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (!check_float(core))
    return;
  bool is_away = core.frm == round_away;
  float_unary<double, float>(core, in, 1, 0, [&](double value, uint32_t &) {
    if (to_odd)
      return canonical(round_to_odd(value));
    auto nearest = canonical(static_cast<float>(value));
    return is_away ? fix_tie(nearest, value, value, value,
                             [](auto wide, auto, auto) { return wide; })
                   : nearest;
  });
}

} // namespace

#define HANDLER(id, ...)                                                       \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    __VA_ARGS__;                                                               \
  }
#define CONVERSIONS(prefix, suffix, kind)                                      \
  HANDLER(prefix##_xu_f_##suffix, kind##_to_integer<false>(core, in))          \
  HANDLER(prefix##_x_f_##suffix, kind##_to_integer<true>(core, in))            \
  HANDLER(prefix##_f_xu_##suffix, kind##_to_float<false>(core, in))            \
  HANDLER(prefix##_f_x_##suffix, kind##_to_float<true>(core, in))              \
  HANDLER(prefix##_rtz_xu_f_##suffix,                                          \
          kind##_to_integer<false>(core, in, round_to_zero))                   \
  HANDLER(prefix##_rtz_x_f_##suffix,                                           \
          kind##_to_integer<true>(core, in, round_to_zero))
CONVERSIONS(vfcvt, v, same)
CONVERSIONS(vfwcvt, v, wide)
CONVERSIONS(vfncvt, w, narrow)
HANDLER(vfncvt_f_f_w, narrow_float(core, in, false))
HANDLER(vfncvt_rod_f_f_w, narrow_float(core, in, true))

void landfall::riscv::execute_vfwcvt_f_f_v(Core &core, const Instruction &in) {
  if (core.shape.width_log != 2)
    return core.raise_illegal();
  if (check_float(core))
    float_unary<float, double>(core, in, 0, 1, [](float value, uint32_t &) {
      return canonical(static_cast<double>(value));
    });
}
