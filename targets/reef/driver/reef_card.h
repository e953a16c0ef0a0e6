//===- reef_card.h - What device, queues and kernels share -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"
#include "runtime/device_heap.h"
#include "targets/reef/chip/telemetry.h"
#include "targets/reef/driver/command_stream.h"

#include <atomic>
#include <bitset>
#include <vector>

namespace landfall::reef {

/// Memory that kernels use while they run, a part for each core. Launches of
/// all queues run one after the other and share it. Only grows: a command that
/// is under way may know the part before. Thread-safe.
class Scratch {
public:
  Scratch(runtime::DeviceHeap &heap, uint32_t cores)
      : heap_(&heap), cores_(cores) {}

  struct Area {
    uint64_t address = 0;
    uint64_t bytes = 0; ///< A core's.
  };
  /// An area with at least so many bytes a core.
  Result<Area> at_least(uint64_t bytes);

private:
  runtime::DeviceHeap *heap_;
  uint32_t cores_;
  std::mutex mutex_;
  Area area_;
};

/// One card and the host's side of it. Thread-safe.
class ReefCard {
public:
  static Result<std::shared_ptr<ReefCard>>
  create(ChipDescription chip, const runtime::DeviceOptions &options);

  const ChipDescription chip;
  const std::unique_ptr<CardMemory> memory;
  runtime::DeviceHeap heap;
  Scratch scratch;
  CommandStream commands;
  /// Cycles that a launch may take: the timeout, by the chip's clock.
  const uint64_t cycle_limit;
  /// Changes with every load (Command::code_version).
  std::atomic<uint64_t> code_version = 0;

  /// A queue number that nobody else has.
  Result<uint16_t> take_queue();
  void give_queue(uint16_t number);

private:
  ReefCard(ChipDescription chip, std::unique_ptr<CardMemory> memory,
           const runtime::DeviceOptions &options);

  std::mutex queues_mutex_;
  std::bitset<queue_limit> queues_;
};

} // namespace landfall::reef
