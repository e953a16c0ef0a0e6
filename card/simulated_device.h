//===- simulated_device.h - Chips of queues behind a ring ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/running_card.h"
#include "card/tiled_executable.h"

namespace landfall::card {

/// A chip whose cores are queues ordered by flags, with instructions for the
/// tiler's calls, and its card: what serves the rings of ring/queue_launch.h.
struct SimulatedChip {
  std::string name;     ///< The device's.
  std::string hardware; ///< For people.
  int cores = 1;
  uint32_t clock_mhz = 0;
  uint64_t dram_bytes = 0;
  tile::Capabilities can;
  Encode encode = nullptr;
  CardSimulator simulator;      ///< Its target is that of the code sections.
  std::string dump_folder = {}; ///< Of the options.
};

/// The chip as a device, simulated on a thread or in a process of its own, as
/// the options say. Launches fail with `device` where a program is wrong
/// (sim_kit::QueueEngine) or takes longer than the time limit in simulated
/// time.
Result<std::unique_ptr<runtime::Device>>
make_simulated_device(SimulatedChip chip,
                      const runtime::DeviceOptions &options);

} // namespace landfall::card
