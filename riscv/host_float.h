//===- host_float.h - The host's floating-point environment -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// While a hart runs, its floating-point exception flags are kept in the host's
// flags, so that operations need not read them; they are read only if the hart
// reads fflags. The host rounds to nearest except inside a `Rounding`.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cfenv>
#include <cstdint>

namespace landfall::riscv {

/// Bits of fflags.
constexpr uint32_t flag_inexact = 1, flag_underflow = 2, flag_overflow = 4,
                   flag_divide = 8, flag_invalid = 16;
/// Values of frm and of an instruction's rounding field.
constexpr uint32_t round_nearest = 0, round_to_zero = 1, round_down = 2,
                   round_up = 3, round_away = 4, round_dynamic = 7;

#ifdef __SSE__
// All arithmetic uses SSE: accessing MXCSR is much cheaper than <cfenv>.
using HostModes = unsigned;
constexpr HostModes default_modes = 0x1f80; ///< No flags, no traps, nearest.
inline HostModes host_modes() { return __builtin_ia32_stmxcsr(); }
inline void set_host_modes(HostModes modes) { __builtin_ia32_ldmxcsr(modes); }

/// The host's flags in the encoding of fflags.
inline uint32_t host_flags() {
  unsigned raised = host_modes();
  return (raised & 0x20 ? flag_inexact : 0) |
         (raised & 0x10 ? flag_underflow : 0) |
         (raised & 0x08 ? flag_overflow : 0) |
         (raised & 0x04 ? flag_divide : 0) | (raised & 0x01 ? flag_invalid : 0);
}

inline void clear_host_flags() { set_host_modes(host_modes() & ~0x3fu); }
#else
#error "say how this host's floating-point modes are read and set"
#endif

/// Until the end of the scope, the host's floating-point environment is the
/// hart's; at the end, the flags raised are added to `fflags`.
class HostFloat {
public:
  explicit HostFloat(uint32_t &fflags) : fflags_(fflags), saved_(host_modes()) {
    set_host_modes(default_modes);
  }
  ~HostFloat() {
    fflags_ |= host_flags();
    set_host_modes(saved_);
  }
  HostFloat(const HostFloat &) = delete;
  HostFloat &operator=(const HostFloat &) = delete;

private:
  uint32_t &fflags_;
  const HostModes saved_;
};

/// Discards the flags raised in its scope, as the compiler may use
/// floating-point instructions for integers.
class KeepFlags {
public:
  KeepFlags() : saved_(host_modes()) {}
  ~KeepFlags() { set_host_modes(saved_); }
  KeepFlags(const KeepFlags &) = delete;
  KeepFlags &operator=(const KeepFlags &) = delete;

private:
  const HostModes saved_;
};

} // namespace landfall::riscv
