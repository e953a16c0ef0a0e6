//===- core_page.h - A core's registers where there are none ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The page of chip/registers.h: nobody may touch it, and the signal's handler
// does what the register that was meant does. Transfers happen at once.
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
