//===- processor.h - The processor that this program runs on ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string_view>

namespace landfall {

/// The architecture that this program is compiled for; names of machine
/// variants begin with it.
#if defined(__x86_64__)
inline constexpr std::string_view processor_architecture = "x86_64";
#elif defined(__aarch64__)
inline constexpr std::string_view processor_architecture = "aarch64";
#elif defined(__riscv)
inline constexpr std::string_view processor_architecture = "riscv64";
#else
#error "Landfall does not know this architecture"
#endif

/// The bits of a vector register of RISC-V's V extension (VLEN); 0 if the
/// processor or the system has no such registers. Any thread may call this.
/// Source: Linux, Documentation/arch/riscv/uabi.rst and vector.rst.
int riscv_register_bits();

} // namespace landfall
