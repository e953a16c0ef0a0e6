//===- truncations.h - A workaround for a bug of qemu ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// qemu 7.2 fails an assertion at a truncating vector conversion (rtz) if the
// previous conversion in its translation block truncated too, or if there was
// none. Each such instruction is replaced by a jump to a stub that does the
// same through the rounding mode in frm. All other code runs unchanged.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace landfall::reef::runner {

/// The bytes of memory that the stubs for this code need.
size_t stub_bytes(const uint8_t *code, size_t bytes);
/// Writes the stubs to `stubs`, within 1 MiB of all code.
void replace_truncations(uint8_t *code, size_t bytes, uint8_t *stubs);

} // namespace landfall::reef::runner
