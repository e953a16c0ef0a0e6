//===- atoll_card.h - A simulated chip and its memory ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/direct_queue.h"
#include "runtime/device_heap.h"
#include "sim_kit/dram_clock.h"
#include "targets/atoll/sim/core.h"
#include "tile/plan.h"

#include <map>
#include <mutex>

namespace landfall::atoll {

/// A chip that is simulated in this process. Thread-safe: launches exclude each
/// other.
class AtollCard {
public:
  static Result<std::shared_ptr<AtollCard>>
  create(const ChipDescription &chip, const runtime::DeviceOptions &options);

  /// Runs a program on each core, core 0 first; all are done when this returns.
  /// Fails with `device` if one is wrong (sim_kit::QueueEngine) or takes longer
  /// than the time limit in simulated time.
  Status run(std::span<const sim::Program> programs,
             std::span<const uint64_t> addresses,
             const std::atomic<bool> *stop);
  runtime::DeviceCounters counters();

  const ChipDescription chip;
  const tile::Capabilities can;
  const std::unique_ptr<card::CardMemory> memory;
  runtime::DeviceHeap heap;

private:
  AtollCard(const ChipDescription &chip,
            std::unique_ptr<card::CardMemory> memory, uint64_t seconds);

  const uint64_t cycle_limit_;
  std::mutex mutex_;
  sim_kit::DramClock clock_;
  std::vector<std::unique_ptr<sim::Core>> cores_;
  uint64_t now_ = 0;
};

/// Kernels with their plans. The instructions of a shape are encoded when it is
/// launched first, and kept in DRAM for later launches. Thread-safe.
class AtollExecutable final : public runtime::Executable {
public:
  static Result<std::unique_ptr<runtime::Executable>>
  load(std::shared_ptr<AtollCard> card, const Package &package);

  /// Programs in DRAM, one a core.
  struct Stream {
    std::vector<sim::Program> programs;
    std::shared_ptr<const void> memory;
  };
  Result<Stream> stream(uint32_t kernel, std::span<const int64_t> sizes) const;

private:
  using Shape = std::pair<uint32_t, std::vector<int64_t>>;

  AtollExecutable(std::shared_ptr<AtollCard> card, const Package &package)
      : Executable(package.kernels), card_(std::move(card)) {}
  Result<Stream> encode(uint32_t kernel, std::span<const int64_t> sizes) const;

  std::shared_ptr<AtollCard> card_;
  std::vector<tile::SharedPlan> plans_; ///< Null: the kernel falls back.
  mutable std::mutex mutex_;
  mutable std::map<Shape, Stream> streams_;
};

} // namespace landfall::atoll
