//===- host_float.h - Floating point as the host does it --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// While a hart runs, the host's exception flags are the hart's: operations
// leave theirs there, and nobody pays for reading them but who asks. Rounding
// is to nearest except inside of a `Rounding`.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cfenv>
#include <cstdint>

namespace landfall::reef {

/// Bits of fflags.
constexpr uint32_t flag_inexact = 1, flag_underflow = 2, flag_overflow = 4,
                   flag_divide = 8, flag_invalid = 16;
/// Values of frm and of an instruction's rounding field.
constexpr uint32_t round_nearest = 0, round_to_zero = 1, round_down = 2,
                   round_up = 3, round_away = 4, round_dynamic = 7;

/// The host's flags as fflags has them.
inline uint32_t host_flags() {
  int raised = std::fetestexcept(FE_ALL_EXCEPT);
  return (raised & FE_INEXACT ? flag_inexact : 0) |
         (raised & FE_UNDERFLOW ? flag_underflow : 0) |
         (raised & FE_OVERFLOW ? flag_overflow : 0) |
         (raised & FE_DIVBYZERO ? flag_divide : 0) |
         (raised & FE_INVALID ? flag_invalid : 0);
}

/// From here to the end of the scope the host's modes are the hart's; then its
/// flags are added to `fflags`.
class HostFloat {
public:
  explicit HostFloat(uint32_t &fflags) : fflags_(fflags) {
    std::fegetenv(&saved_);
    std::fesetround(FE_TONEAREST);
    std::feclearexcept(FE_ALL_EXCEPT);
  }
  ~HostFloat() {
    fflags_ |= host_flags();
    std::fesetenv(&saved_);
  }
  HostFloat(const HostFloat &) = delete;
  HostFloat &operator=(const HostFloat &) = delete;

private:
  uint32_t &fflags_;
  std::fenv_t saved_;
};

/// Forgets the flags that are raised in its scope: a compiler may compute
/// integers with floating-point instructions.
class KeepFlags {
public:
#ifdef __SSE__
  KeepFlags() : saved_(__builtin_ia32_stmxcsr()) {}
  ~KeepFlags() { __builtin_ia32_ldmxcsr(saved_); }

private:
  const unsigned saved_;
#else
  KeepFlags() { std::fegetexceptflag(&saved_, FE_ALL_EXCEPT); }
  ~KeepFlags() { std::fesetexceptflag(&saved_, FE_ALL_EXCEPT); }

private:
  std::fexcept_t saved_;
#endif
  KeepFlags(const KeepFlags &) = delete;
  KeepFlags &operator=(const KeepFlags &) = delete;
};

} // namespace landfall::reef
