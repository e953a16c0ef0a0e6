//===- vector_integer.h - Loops over integer elements -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/execute.h"
#include "riscv/vector.h"

namespace landfall::riscv {

/// vd = operate(vs2, second source), by elements of the vtype's width.
template <typename Operate>
void integer_binary(Core &core, const Instruction &in, Form form,
                    Operate operate) {
  if (!check_operands(core, in, form))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *a = elements<T>(core, in.rs2);
    const T *b = second_source<T>(core, in, form);
    T *__restrict result = result_elements<T>(core);
    for (uint64_t k = 0, count = core.vl; k < count; ++k)
      result[k] = operate(a[k], b[k]);
    write_back<T>(core, in.rd, active_elements(core, in));
  });
}

/// vd = operate(vs2, second source, vd).
template <typename Operate>
void integer_sum(Core &core, const Instruction &in, Form form,
                 Operate operate) {
  if (!check_operands(core, in, form))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *a = elements<T>(core, in.rs2);
    const T *b = second_source<T>(core, in, form);
    const T *d = elements<T>(core, in.rd);
    T *__restrict result = result_elements<T>(core);
    for (uint64_t k = 0, count = core.vl; k < count; ++k)
      result[k] = operate(a[k], b[k], d[k]);
    write_back<T>(core, in.rd, active_elements(core, in));
  });
}

/// Mask vd = operate(vs2, second source).
template <typename Operate>
void integer_compare(Core &core, const Instruction &in, Form form,
                     Operate operate) {
  if (!check_comparison(core, in, form))
    return;
  with_width(core.shape.width_log, [&]<typename T>(T) {
    const T *a = elements<T>(core, in.rs2);
    const T *b = second_source<T>(core, in, form);
    uint8_t *__restrict result = core.scratch.result;
    for (uint64_t k = 0, count = core.vl; k < count; ++k)
      result[k] = operate(a[k], b[k]);
    write_back_mask(core, in.rd, active_elements(core, in));
  });
}

} // namespace landfall::riscv

// Definitions of handlers. `value` is of a and b, unsigned of type T; S is T
// signed, and sa and sb are a and b so.
#define FORM(id, form, ...)                                                    \
  void landfall::riscv::execute_##id##_##form(Core &core,                      \
                                              const Instruction &in) {         \
    __VA_ARGS__(core, in, Form::form);                                         \
  }
#define OPERATION(name, loop, value)                                           \
  static void name(Core &core, const Instruction &in, Form form) {             \
    loop(core, in, form, []<typename T>(T a, T b) {                            \
      using S [[maybe_unused]] = Signed<T>;                                    \
      [[maybe_unused]] S sa = a, sb = b;                                       \
      return static_cast<decltype(value)>(value);                              \
    });                                                                        \
  }
