//===- matrix_emulation.h - Emulation of the matrix unit -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// qemu does not implement Xsfmm. Its instructions are replaced by illegal ones,
// and the SIGILL handler emulates them, for f32 and bytes. All other code runs
// unchanged.
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
