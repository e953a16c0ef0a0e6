//===- card.h - A chip on a card -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/card_program.h"
#include "targets/reef/chip/chip_description.h"

namespace landfall::reef::sim {

/// Runs the chip (sim_kit::RunCard) until the management core stops, too.
/// `dram` must already hold the firmware.
Status run_card(std::string_view description, std::span<uint8_t> dram,
                int line);

} // namespace landfall::reef::sim
