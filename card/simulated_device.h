//===- simulated_device.h - Simulated chips of queues ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/tiled_executable.h"
#include "sim_kit/dram_clock.h"
#include "sim_kit/queue_engine.h"

namespace landfall::card {

/// A chip whose cores are queues ordered by flags, with instructions for the
/// tiler's calls. Memory addresses begin at 0.
struct SimulatedChip {
  std::string_view target; ///< Whose code sections it runs.
  std::string name;        ///< The device's.
  std::string hardware;    ///< For people.
  uint32_t cores = 1;
  uint32_t clock_mhz = 0;
  uint64_t dram_bytes = 0;
  uint32_t dram_gb_per_s = 0;
  tile::Capabilities can;
  Encode encode = nullptr;
  /// The cores share `dram` and its clock, which outlive them.
  std::function<std::unique_ptr<sim_kit::QueueCore>(std::span<uint8_t> dram,
                                                    sim_kit::DramClock &clock)>
      make_core;
};

/// The chip, simulated in this process, as a device. Launches exclude each
/// other, and are over when the call returns. They fail with `device` where a
/// program is wrong (sim_kit::QueueEngine) or takes longer than the time limit
/// in simulated time.
Result<std::unique_ptr<runtime::Device>>
make_simulated_device(SimulatedChip chip,
                      const runtime::DeviceOptions &options);

} // namespace landfall::card
