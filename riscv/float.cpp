//===- float.cpp - Scalar floating point ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/core.h"
#include "riscv/execute.h"
#include "riscv/rounding.h"

using namespace landfall::riscv;

namespace {

/// NaN boxing: the upper half of a register with a float is ones; otherwise the
/// float is read as a NaN.
template <typename F> F read(const Core &core, unsigned index) {
  uint64_t value = core.f[index];
  if constexpr (sizeof(F) == 8)
    return from_bits<F>(value);
  return from_bits<F>(value >> 32 == 0xffffffff ? static_cast<Bits<F>>(value)
                                                : canonical_nan<F>);
}

template <typename F> void write(Core &core, unsigned index, F value) {
  core.f[index] = sizeof(F) == 8 ? static_cast<uint64_t>(to_bits(value))
                                 : ~0ull << 32 | to_bits(value);
}

/// The instruction's rounding mode; a fault if there is none of that number.
std::optional<uint32_t> rounding(Core &core, const Instruction &in) {
  uint32_t mode = in.rounding();
  if (mode == round_dynamic)
    mode = core.frm;
  if (mode <= round_away)
    return mode;
  core.raise_illegal();
  return std::nullopt;
}

/// rd = operate(sources) rounded; `operate` works in F and in Wider<F>.
template <typename F, typename Operate>
void arithmetic(Core &core, const Instruction &in, Operate operate) {
  std::optional<uint32_t> mode = rounding(core, in);
  if (!mode)
    return;
  F a = read<F>(core, in.rs1), b = read<F>(core, in.rs2),
    c = read<F>(core, in.rs3), result;
  if (*mode == round_nearest) [[likely]] {
    result = operate(a, b, c);
  } else {
    Rounding scope(*mode);
    result = pinned(operate(pinned(a), pinned(b), pinned(c)));
  }
  if (*mode == round_away)
    result = fix_tie(result, a, b, c, operate);
  write(core, in.rd, canonical(result));
}

template <typename T> T fused(T a, T b, T c) {
  if constexpr (std::is_same_v<T, __float128>)
    return a * b + c; // Where it matters the product has 106 bits: exact.
  else
    return std::fma(a, b, c);
}

template <typename I, typename F>
void convert_to_integer(Core &core, const Instruction &in) {
  if (std::optional<uint32_t> mode = rounding(core, in)) {
    I value = to_integer<I>(read<F>(core, in.rs1), *mode, core.fflags);
    core.x[in.rd] = static_cast<int64_t>(
        static_cast<std::make_signed_t<I>>(value)); // 32 bits sign extend.
  }
}

template <typename F, typename From>
void convert_to_float(Core &core, const Instruction &in, From value) {
  std::optional<uint32_t> mode = rounding(core, in);
  if (!mode)
    return;
  F result;
  {
    Rounding scope(*mode);
    asm volatile("" : "+m"(value)::"memory");
    result = pinned(from_number<F>(value));
  }
  if (*mode == round_away)
    result = fix_tie(result, value, value, value,
                     [](auto wide, auto, auto) { return wide; });
  write(core, in.rd, canonical(result));
}

} // namespace

#define BOTH(id, ...)                                                          \
  void landfall::riscv::execute_##id##_s(Core &core, const Instruction &in) {  \
    using F = float;                                                           \
    __VA_ARGS__                                                                \
  }                                                                            \
  void landfall::riscv::execute_##id##_d(Core &core, const Instruction &in) {  \
    using F = double;                                                          \
    __VA_ARGS__                                                                \
  }
#define ARITHMETIC(id, value)                                                  \
  BOTH(id, arithmetic<F>(core, in,                                             \
                         []([[maybe_unused]] auto a, [[maybe_unused]] auto b,  \
                            [[maybe_unused]] auto c) { return value; });)
#define FUSED(id, a, c)                                                        \
  BOTH(id, core.fflags |=                                                      \
           fused_flags(read<F>(core, in.rs1), read<F>(core, in.rs2),           \
                       read<F>(core, in.rs3));                                 \
       arithmetic<F>(core, in, [](auto x, auto y, auto z) {                    \
         return fused(a x, y, c z);                                            \
       });)

ARITHMETIC(fadd, a + b)
ARITHMETIC(fsub, a - b)
ARITHMETIC(fmul, a *b)
ARITHMETIC(fdiv, a / b)
FUSED(fmadd, , )
FUSED(fmsub, , -)
FUSED(fnmsub, -, )
FUSED(fnmadd, -, -)

// A root is never a tie.
BOTH(
    fsqrt, if (std::optional<uint32_t> mode = rounding(core, in)) {
      Rounding scope(*mode);
      write(core, in.rd,
            canonical(pinned(std::sqrt(pinned(read<F>(core, in.rs1))))));
    })

#define SIGN(id, sign)                                                         \
  BOTH(id, Bits<F> a = to_bits(read<F>(core, in.rs1));                         \
       Bits<F> b = to_bits(read<F>(core, in.rs2));                             \
       write(core, in.rd,                                                      \
             from_bits<F>((a & ~sign_bit<F>) | ((sign) & sign_bit<F>)));)
SIGN(fsgnj, b)
SIGN(fsgnjn, ~b)
SIGN(fsgnjx, a ^ b)

#define TWO(function)                                                          \
  function(read<F>(core, in.rs1), read<F>(core, in.rs2), core.fflags)
BOTH(fmin, write(core, in.rd, TWO(minimum));)
BOTH(fmax, write(core, in.rd, TWO(maximum));)
BOTH(feq, core.x[in.rd] = TWO(equal);)
BOTH(flt, core.x[in.rd] = TWO(less);)
BOTH(fle, core.x[in.rd] = TWO(less_equal);)
BOTH(fclass, core.x[in.rd] = classify(read<F>(core, in.rs1));)
BOTH(fcvt_w, convert_to_integer<int32_t, F>(core, in);)
BOTH(fcvt_wu, convert_to_integer<uint32_t, F>(core, in);)
BOTH(fcvt_l, convert_to_integer<int64_t, F>(core, in);)
BOTH(fcvt_lu, convert_to_integer<uint64_t, F>(core, in);)

#define FROM(id, to, ...)                                                      \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    convert_to_float<to>(core, in, __VA_ARGS__);                               \
  }
FROM(fcvt_s_w, float, static_cast<int32_t>(core.x[in.rs1]))
FROM(fcvt_s_wu, float, static_cast<uint32_t>(core.x[in.rs1]))
FROM(fcvt_s_l, float, static_cast<int64_t>(core.x[in.rs1]))
FROM(fcvt_s_lu, float, core.x[in.rs1])
FROM(fcvt_d_w, double, static_cast<int32_t>(core.x[in.rs1]))
FROM(fcvt_d_wu, double, static_cast<uint32_t>(core.x[in.rs1]))
FROM(fcvt_d_l, double, static_cast<int64_t>(core.x[in.rs1]))
FROM(fcvt_d_lu, double, core.x[in.rs1])
FROM(fcvt_s_d, float, read<double>(core, in.rs1))
FROM(fcvt_d_s, double, read<float>(core, in.rs1))

#define MOVE(id, statement)                                                    \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    statement;                                                                 \
  }
MOVE(fmv_x_w,
     core.x[in.rd] = static_cast<int64_t>(static_cast<int32_t>(core.f[in.rs1])))
MOVE(fmv_x_d, core.x[in.rd] = core.f[in.rs1])
MOVE(fmv_w_x, core.f[in.rd] = ~0ull << 32 | core.x[in.rs1])
MOVE(fmv_d_x, core.f[in.rd] = core.x[in.rs1])

#define LOAD(id, type, boxed)                                                  \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    type value;                                                                \
    if (core.load(core.x[in.rs1] + in.immediate, value))                       \
      core.f[in.rd] = boxed | value;                                           \
  }
LOAD(flw, uint32_t, ~0ull << 32)
LOAD(fld, uint64_t, 0)

#define STORE(id, type)                                                        \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    core.store(core.x[in.rs1] + in.immediate,                                  \
               static_cast<type>(core.f[in.rs2]));                             \
  }
STORE(fsw, uint32_t)
STORE(fsd, uint64_t)
