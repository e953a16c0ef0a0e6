//===- vector_widening.cpp - Results wider than their sources ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/vector_integer.h"

using namespace landfall::riscv;

namespace {

/// vd = operate(vs2, second source, vd), twice as wide as the sources; vs2 too
/// if `is_first_wide`.
template <bool is_first_wide, typename Operate>
void widening(Core &core, const Instruction &in, Form form, Operate operate) {
  if (core.shape.width_log > 2)
    return core.raise_illegal();
  Group second = group_of(core, form == Form::vv ? in.rs1 : in.rs2,
                          form == Form::vv ? 0 : is_first_wide);
  if (!check_vector(core, in, group_of(core, in.rd, 1),
                    {group_of(core, in.rs2, is_first_wide), second}))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    if constexpr (sizeof(T) < 8) {
      using Wide = Widened<T>;
      const auto *a =
          elements<std::conditional_t<is_first_wide, Wide, T>>(core, in.rs2);
      const T *b = second_source<T>(core, in, form);
      const Wide *d = elements<Wide>(core, in.rd);
      Wide *__restrict result = result_elements<Wide>(core);
      for (uint64_t k = 0, count = core.vl; k < count; ++k)
        result[k] = operate(a[k], b[k], d[k]);
      write_back<Wide>(core, in.rd, active_elements(core, in));
    }
  });
}

/// A value of the wide type: as it is, with zeros, with its sign.
template <typename Wide, typename T> Wide zeros(T value) { return value; }
template <typename Wide, typename T> Wide sign(T value) {
  return static_cast<Wide>(static_cast<Signed<T>>(value));
}

} // namespace

#define WIDE(id, suffix, form, is_first_wide, value)                           \
  void landfall::riscv::execute_##id##_##suffix(Core &core,                    \
                                                const Instruction &in) {       \
    widening<is_first_wide>(                                                   \
        core, in, Form::form,                                                  \
        []<typename A, typename T, typename W>(                                \
            A a, T b, [[maybe_unused]] W d) -> W { return value; });           \
  }
#define BOTH(id, value)                                                        \
  WIDE(id, vv, vv, false, value)                                               \
  WIDE(id, vx, vx, false, value)
#define ADDITION(id, extend, operation)                                        \
  BOTH(id, extend<W>(a) operation extend<W>(b))                                \
  WIDE(id, wv, vv, true, a operation extend<W>(b))                             \
  WIDE(id, wx, vx, true, a operation extend<W>(b))

ADDITION(vwaddu, zeros, +)
ADDITION(vwadd, sign, +)
ADDITION(vwsubu, zeros, -)
ADDITION(vwsub, sign, -)
BOTH(vwmulu, uint64_t{zeros<W>(a)} * zeros<W>(b))
BOTH(vwmul, uint64_t{sign<W>(a)} * sign<W>(b))
BOTH(vwmulsu, uint64_t{sign<W>(a)} * zeros<W>(b))
BOTH(vwmaccu, d + uint64_t{zeros<W>(a)} * zeros<W>(b))
BOTH(vwmacc, d + uint64_t{sign<W>(a)} * sign<W>(b))
BOTH(vwmaccsu, d + uint64_t{zeros<W>(a)} * sign<W>(b))
WIDE(vwmaccus, vx, vx, false, d + uint64_t{sign<W>(a)} * zeros<W>(b))
