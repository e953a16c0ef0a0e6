//===- vector_fixed.cpp - Fixed-point arithmetic ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Saturating and averaging operations, scaling and narrowing shifts.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_integer.h"

#include <limits>

using namespace landfall::riscv;

namespace {

/// What rounding by vxrm adds to value >> amount.
template <typename T> T increment(T value, unsigned amount, uint32_t vxrm) {
  if (amount == 0)
    return 0;
  bool half = value >> (amount - 1) & 1, last = value >> amount & 1;
  bool below_half = (value & ((T{1} << (amount - 1)) - 1)) != 0;
  switch (vxrm) {
  case 0: // To nearest, ties up.
    return half;
  case 1: // To nearest, ties to even.
    return half && (below_half || last);
  case 2: // Down.
    return 0;
  default: // To odd.
    return !last && (half || below_half);
  }
}

template <typename T> T shift_rounded(T value, unsigned amount, uint32_t vxrm) {
  return static_cast<T>((value >> amount) + increment(value, amount, vxrm));
}

/// `value` as a T; what is outside is its limit, and `saturated`.
template <typename T, typename Wide> T clip(Wide value, bool &saturated) {
  using Limits = std::numeric_limits<T>;
  if (value > static_cast<Wide>(Limits::max())) {
    saturated = true;
    return Limits::max();
  }
  if (std::numeric_limits<Wide>::is_signed &&
      value < static_cast<Wide>(Limits::min())) {
    saturated = true;
    return Limits::min();
  }
  return static_cast<T>(value);
}

/// vd = operate(vs2, second source, vxrm, saturated); vs2 is twice as wide if
/// `is_narrowing`.
template <bool is_narrowing, typename Operate>
void fixed(Core &core, const Instruction &in, Form form, Operate operate) {
  if (is_narrowing && core.shape.width_log > 2)
    return core.raise_illegal();
  Group second = form == Form::vv ? group_of(core, in.rs1)
                                  : group_of(core, in.rs2, is_narrowing);
  if (!check_vector(core, in, group_of(core, in.rd),
                    {group_of(core, in.rs2, is_narrowing), second}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    using A = std::conditional_t<is_narrowing && sizeof(T) < 8, Widened<T>, T>;
    const A *a = elements<A>(core, in.rs2);
    const T *b = second_source<T>(core, in, form);
    const uint8_t *active = active_elements(core, in);
    for (uint64_t k = core.vstart; k < core.vl; ++k) {
      bool saturated = false;
      result_elements<T>(core)[k] = operate(a[k], b[k], core.vxrm, saturated);
      core.vxsat |= saturated && (!active || active[k]);
    }
    write_back<T>(core, in.rd, active);
  });
}

// Numbers that hold what the operations below make of T.
template <typename T>
using Room = std::conditional_t<sizeof(T) == 8, __int128, int64_t>;

template <typename T> Room<T> signed_of(T value) {
  return static_cast<Signed<T>>(value);
}
template <typename T> Room<T> unsigned_of(T value) {
  return static_cast<Room<T>>(value);
}

/// The product of fractions: -1 * -1 alone does not fit.
template <typename T>
T multiply_fractions(T a, T b, uint32_t vxrm, bool &saturated) {
  Room<T> product = signed_of(a) * signed_of(b);
  return clip<Signed<T>>(shift_rounded(product, sizeof(T) * 8 - 1, vxrm),
                         saturated);
}

} // namespace

#define FIXED(id, suffix, form, is_narrowing, value)                           \
  void landfall::riscv::execute_##id##_##suffix(Core &core,                    \
                                                const Instruction &in) {       \
    fixed<is_narrowing>(                                                       \
        core, in, Form::form,                                                  \
        []<typename A, typename T>(A a, T b, [[maybe_unused]] uint32_t vxrm,   \
                                   [[maybe_unused]] bool &saturated) -> T {    \
          using S [[maybe_unused]] = Signed<T>;                                \
          constexpr unsigned mask [[maybe_unused]] = sizeof(A) * 8 - 1;        \
          return static_cast<T>(value);                                        \
        });                                                                    \
  }
#define VVX(id, value)                                                         \
  FIXED(id, vv, vv, false, value)                                              \
  FIXED(id, vx, vx, false, value)
#define VVXI(id, value)                                                        \
  VVX(id, value)                                                               \
  FIXED(id, vi, vi, false, value)
#define NARROW(id, value)                                                      \
  FIXED(id, wv, vv, true, value)                                               \
  FIXED(id, wx, vx, true, value)                                               \
  FIXED(id, wi, vi, true, value)

VVXI(vsaddu, clip<T>(unsigned_of(a) + unsigned_of(b), saturated))
VVXI(vsadd, clip<S>(signed_of(a) + signed_of(b), saturated))
VVX(vssubu, clip<T>(unsigned_of(a) - unsigned_of(b), saturated))
VVX(vssub, clip<S>(signed_of(a) - signed_of(b), saturated))
VVX(vaaddu, shift_rounded(unsigned_of(a) + unsigned_of(b), 1, vxrm))
VVX(vaadd, shift_rounded(signed_of(a) + signed_of(b), 1, vxrm))
VVX(vasubu, shift_rounded(unsigned_of(a) - unsigned_of(b), 1, vxrm))
VVX(vasub, shift_rounded(signed_of(a) - signed_of(b), 1, vxrm))
VVX(vsmul, multiply_fractions(a, b, vxrm, saturated))
VVXI(vssrl, shift_rounded(a, b &mask, vxrm))
VVXI(vssra, shift_rounded<S>(a, b &mask, vxrm))
NARROW(vnsrl, a >> (b & mask))
NARROW(vnsra, static_cast<Signed<A>>(a) >> (b & mask))
NARROW(vnclipu, clip<T>(shift_rounded(a, b &mask, vxrm), saturated))
NARROW(vnclip, clip<S>(shift_rounded<Signed<A>>(a, b &mask, vxrm), saturated))
