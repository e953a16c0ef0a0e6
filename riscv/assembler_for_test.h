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

/// The features of all instructions that a hart can execute.
constexpr const char *assembler_features =
    "+m,+a,+f,+d,+c,+v,+xsfmmbase,+xsfmm32a32f,+xsfmm32a16f,+xsfmm32a8f,"
    "+xsfmm32a8i";

/// Assembles with llvm-mc. If it reports errors, fails the test with its
/// messages and returns nothing.
std::vector<uint8_t> assemble(const std::string &text);

/// Disassembles with llvm-mc: one line for each instruction that it knows.
std::vector<std::string> disassemble(const std::string &bytes_in_hex);

} // namespace landfall::riscv
