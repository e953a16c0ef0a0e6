//===- card.cpp - A chip on a card ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/card.h"
#include "targets/reef/sim/chip.h"

namespace landfall::reef::sim {

namespace {

/// Simulation steps between checks that the host is still connected.
constexpr uint64_t steps_between_looks = 256;

} // namespace

Status run_card(std::string_view description, std::span<uint8_t> dram,
                int line) {
  ChipDescription described =
      TRY(chip_format.parse(description, "the card's description"));
  if (dram.size() != described.dram_bytes())
    return Error{ErrorCode::invalid_argument,
                 "the card's memory is not as large as described"};
  Chip chip(described, dram.data(),
            [line] { sim_kit::send_message(line, {}); });
  for (uint64_t steps = 0;; ++steps) {
    switch (chip.step()) {
    case Chip::Progress::ran:
      if (steps % steps_between_looks == 0 && sim_kit::host_is_gone(line))
        return {};
      break;
    case Chip::Progress::idle:
      if (!sim_kit::wait_for_doorbell(line))
        return {};
      chip.doorbell();
      break;
    case Chip::Progress::dead: {
      riscv::Fault fault = chip.fault(0);
      sim_kit::send_message(line, {ring::CardMessage::dead,
                                   static_cast<uint32_t>(fault.cause), fault.pc,
                                   fault.address});
      return {};
    }
    }
  }
}

} // namespace landfall::reef::sim
