//===- card.h - Newchip on a card ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/queue_card.h"
#include "targets/newchip/sim/core.h"

namespace landfall::newchip::sim {

/// Of sim_kit::RunCard.
inline Status run_card(std::string_view description, std::span<uint8_t> dram,
                       int line) {
  return sim_kit::run_queue_card<Core>(chip_format, address_registers,
                                       description, dram, line);
}

} // namespace landfall::newchip::sim
