//===- reef_card.h - What device, queues and kernels share -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card.h"
#include "targets/reef/chip/chip_description.h"
#include "targets/reef/firmware/protocol.h"

#include <atomic>

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
  /// The latest one.
  Area now();

private:
  runtime::DeviceHeap *heap_;
  uint32_t cores_;
  std::mutex mutex_;
  Area area_;
};

/// A card with the firmware. Thread-safe.
class ReefCard final : public card::Card {
public:
  static Result<std::shared_ptr<ReefCard>>
  create(ChipDescription chip, const runtime::DeviceOptions &options);

  Error launch_error(const card::Launch &launch,
                     const Completion &completion) const override;
  Status make_scratch(const card::Launch &launch, int64_t bytes) override;
  void use_scratch(const card::Launch &launch) override;

  const ChipDescription chip;
  Scratch scratch;
  /// The most cycles of a launch: the timeout in cycles of the chip's clock.
  const uint64_t cycle_limit;
  /// Incremented by every load of code (LaunchRecord::code_version).
  std::atomic<uint64_t> code_version = 0;

private:
  ReefCard(ChipDescription chip, std::unique_ptr<card::CardMemory> memory,
           std::chrono::seconds timeout, bool own_process);
  Result<std::unique_ptr<card::RunningCard>> power_on(bool is_restart);

  const card::CardSimulator simulator_;
};

} // namespace landfall::reef
