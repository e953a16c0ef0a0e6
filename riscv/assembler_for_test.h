//===- assembler_for_test.h - LLVM's assembler, for tests -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace landfall::riscv {

/// Of everything that a hart may execute.
constexpr const char *assembler_features =
    "+m,+a,+f,+d,+c,+v,+xsfmmbase,+xsfmm32a32f,+xsfmm32a16f,+xsfmm32a8f,"
    "+xsfmm32a8i";

/// The code of an assembly text as llvm-mc makes it; it fails the test with
/// the assembler's messages, and gives nothing, where that refuses the text.
std::vector<uint8_t> assemble(const std::string &text);

/// What llvm-mc says to bytes, one line for each instruction that it knows.
std::vector<std::string> disassemble(const std::string &bytes_in_hex);

} // namespace landfall::riscv
