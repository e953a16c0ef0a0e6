//===- rounding.h - Rounding modes other than the host's --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/float_math.h"

#include <algorithm>

namespace landfall::riscv {

/// Sets the host's rounding mode until the end of the scope. The host has no
/// round-to-nearest with ties away from zero; for that mode it rounds ties to
/// even, and `fix_tie` corrects the result.
class Rounding {
public:
  explicit Rounding(uint32_t mode) : changed_(mode && mode != round_away) {
    static constexpr int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                                    FE_UPWARD};
    if (changed_)
      std::fesetround(modes[mode]);
  }
  ~Rounding() {
    if (changed_)
      std::fesetround(FE_TONEAREST);
  }
  Rounding(const Rounding &) = delete;
  Rounding &operator=(const Rounding &) = delete;

private:
  const bool changed_;
};

/// A type in which an operation on F is exact if its result is a tie.
template <typename F>
using Wider = std::conditional_t<sizeof(F) == 4, double, __float128>;

/// `nearest` is operate(a, b, c) with ties to even; returns the result with
/// ties away from zero. `operate` must also accept Wider<F>.
template <typename F, typename T, typename Operate>
F fix_tie(F nearest, T a, T b, T c, Operate operate) {
  if (is_nan(nearest) || std::isinf(nearest))
    return nearest;
  KeepFlags scope;
  clear_host_flags();
  // Memory operands, so that the compiler moves no computation across the
  // flags.
  asm volatile("" : "+m"(a), "+m"(b), "+m"(c)::"memory");
  Wider<F> value = operate(Wider<F>(a), Wider<F>(b), Wider<F>(c));
  asm volatile("" : "+m"(value)::"memory");
  bool is_exact = !(host_flags() & flag_inexact);
  F away = from_bits<F>(to_bits(nearest) + 1);
  Wider<F> below = nearest;
  bool is_tie = is_exact && !std::isinf(away) && value != below &&
                value - below == Wider<F>(away) - value;
  return is_tie ? away : nearest;
}

} // namespace landfall::riscv
