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
#include "targets/reef/driver/owner_process.h"

#include <atomic>
#include <bitset>
#include <vector>

namespace landfall::reef {

/// The scratch memory of launches, with an area for each core. The card runs
/// launches of all queues one after the other, so they share it. It only grows;
/// earlier areas stay allocated, as commands in flight may refer to them.
/// Thread-safe.
class Scratch {
public:
  Scratch(runtime::DeviceHeap &heap, uint32_t cores)
      : heap_(&heap), cores_(cores) {}

  struct Area {
    uint64_t address = 0;
    uint64_t bytes = 0; ///< Per core.
  };
  /// An area with at least `bytes` bytes per core.
  Result<Area> at_least(uint64_t bytes);

private:
  runtime::DeviceHeap *heap_;
  uint32_t cores_;
  std::mutex mutex_;
  Area area_;
};

/// A card and the host's state for it, shared by device, queues and
/// executables. Thread-safe.
class ReefCard {
public:
  static Result<std::shared_ptr<ReefCard>>
  create(ChipDescription chip, const runtime::DeviceOptions &options);

  const ChipDescription chip;
  const std::unique_ptr<card::CardMemory> memory;
  runtime::DeviceHeap heap;
  Scratch scratch;
  CommandStream commands;
  /// The most cycles of a launch: the timeout in cycles of the chip's clock.
  const uint64_t cycle_limit;
  /// Incremented by every load of code (LaunchRecord::code_version).
  std::atomic<uint64_t> code_version = 0;

  /// Whether this process has opened the card, and is no fork of it.
  bool is_ours() const { return owner_.is_this(); }
  /// The error of a process that has not.
  Status check_owner() const;

  /// An unused queue number.
  Result<uint16_t> take_queue();
  void give_queue(uint16_t number);

private:
  ReefCard(ChipDescription chip, std::unique_ptr<card::CardMemory> memory,
           const runtime::DeviceOptions &options);

  OwnerProcess owner_;
  std::mutex queues_mutex_;
  std::bitset<queue_limit> queues_;
};

} // namespace landfall::reef
