//===- queue_card.h - The card of a chip of queues -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ring/queue_launch.h"
#include "sim_kit/card_program.h"
#include "sim_kit/dram_clock.h"
#include "sim_kit/queue_engine.h"

namespace landfall::sim_kit {

/// A chip whose cores are queues ordered by flags. DRAM's addresses begin at 0.
struct QueueChip {
  uint32_t cores = 1;
  uint32_t clock_mhz = 0;
  uint32_t dram_gb_per_s = 0;
  uint64_t most_operands = 0; ///< Of a launch.
  /// The cores share `dram` and its clock, which outlive them.
  std::function<std::unique_ptr<QueueCore>(std::span<uint8_t> dram,
                                           DramClock &clock)>
      make_core;
};

/// Executes the commands of the rings in `dram` (ring/queue_launch.h), as a
/// chip's firmware would: one after the other, in order. Returns as RunCard
/// does. Programs that are wrong (QueueEngine), or too slow, fail their launch.
void run_queue_card(const QueueChip &chip, std::span<uint8_t> dram, int line);

/// RunCard of a chip whose descriptions have this format (chip_file/): `Chip`
/// says how many cores and so on; a `Core` is made of it, DRAM and the clock.
template <typename Core, typename Format>
Status run_queue_card(const Format &format, uint64_t most_operands,
                      std::string_view description, std::span<uint8_t> dram,
                      int line) {
  auto chip = TRY(format.parse(description, "the card's description"));
  if (dram.size() != chip.dram_bytes())
    return Error{ErrorCode::invalid_argument,
                 "the card's memory is not as large as described"};
  auto make_core = [&](std::span<uint8_t> memory, DramClock &clock) {
    return std::make_unique<Core>(chip, memory, clock);
  };
  run_queue_card({chip.cores, chip.clock_mhz, chip.dram_gb_per_s, most_operands,
                  make_core},
                 dram, line);
  return {};
}

} // namespace landfall::sim_kit
