//===- core_page.h - Emulation of a core's registers -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The registers of chip/registers.h under user-mode emulation. Their page is
// mapped without access rights; the SIGSEGV handler emulates the register that
// was accessed. DMA transfers are done immediately.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <stdint.h>

namespace landfall::reef::runner {

struct Chip {
  uint64_t cores, vector_bits, edge, scratch_bytes;
};

void install_core_page(const Chip &chip);

} // namespace landfall::reef::runner
