//===- truncations.h - A way around an emulator's mistake ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// qemu 7.2 stops on an assertion at a vector conversion that truncates (rtz)
// where the conversion before it did too, or none came before it in its block.
// Each such instruction is replaced by a jump to a stub that does the same by
// way of the rounding mode in frm; all others stay as they were made.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace landfall::reef::runner {

/// How much memory the stubs for this code take.
size_t stub_bytes(const uint8_t *code, size_t bytes);
/// Writes the stubs to `stubs`, within 1 MiB of all code.
void replace_truncations(uint8_t *code, size_t bytes, uint8_t *stubs);

} // namespace landfall::reef::runner
