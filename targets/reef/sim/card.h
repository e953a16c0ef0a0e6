//===- card.h - A chip on a card -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/chip/chip_description.h"

namespace landfall::reef::sim {

/// Runs the chip on this thread until the host closes its end of `line` or the
/// management core stops. `dram` must already hold the firmware.
void run_card(const ChipDescription &chip, uint8_t *dram, int line);

} // namespace landfall::reef::sim
