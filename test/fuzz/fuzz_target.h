//===- fuzz_target.h - What a fuzzing program consists of ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A fuzzing program is libFuzzer (clang's -fsanitize=fuzzer) with the two
// functions below; fuzz_main.cpp joins them. It starts from the files of a
// corpus directory, mutates them, and keeps those that reach new code.
//
//   NAME_fuzz --seeds=DIRECTORY    writes the valid inputs to start from
//   NAME_fuzz [options] DIRECTORY  libFuzzer's own command line
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace landfall::fuzz {

using Bytes = std::vector<uint8_t>;

/// Valid inputs, written by the program itself. Each must be accepted.
std::vector<Bytes> seeds();

/// Gives the input to the code under test, which may refuse or accept it.
/// Aborts if the code breaks a promise that no sanitizer sees.
bool accepts(std::span<const uint8_t> input);

} // namespace landfall::fuzz

/// libFuzzer's default mutation of the first `size` bytes, in place; the new
/// size, at most `max_size`. For custom mutators.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
