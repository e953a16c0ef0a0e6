//===- matrix_emulation.h - A matrix unit where there is none --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The emulator knows nothing of Xsfmm: its instructions are replaced by illegal
// ones, and the signal's handler does what they say, for f32 and bytes. The
// rest of the code runs as it was made.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace landfall::reef::runner {

/// Tiles of `edge` x `edge` elements, at most 64.
void install_matrix_unit(uint64_t edge);
/// Replaces the instructions in code that is about to run at this place.
void replace_matrix_instructions(uint8_t *code, size_t bytes);

} // namespace landfall::reef::runner
