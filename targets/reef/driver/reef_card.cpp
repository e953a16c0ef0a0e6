//===- reef_card.cpp - What device, queues and kernels share --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/reef_card.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

/// The initial scratch bytes per core: enough for most kernels.
constexpr uint64_t first_scratch_bytes = 64 << 10;

} // namespace

Result<Scratch::Area> Scratch::at_least(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  if (bytes <= area_.bytes)
    return area_;
  uint64_t each = std::max({bytes, 2 * area_.bytes, first_scratch_bytes});
  each = (each + 63) / 64 * 64;
  area_ = {TRY(heap_->allocate(each * cores_)), each};
  return area_;
}

Result<std::shared_ptr<ReefCard>>
ReefCard::create(ChipDescription chip, const runtime::DeviceOptions &options) {
  if (options.timeout_seconds < 1)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("a timeout of {} s was asked for; give one second "
                             "at least",
                             options.timeout_seconds)};
  auto memory = TRY(card::CardMemory::create(chip.dram_bytes(), dram_base));
  return std::shared_ptr<ReefCard>(
      new ReefCard(std::move(chip), std::move(memory), options));
}

ReefCard::ReefCard(ChipDescription described,
                   std::unique_ptr<card::CardMemory> dram,
                   const runtime::DeviceOptions &options)
    : chip(std::move(described)), memory(std::move(dram)),
      heap(heap_base, dram_base + memory->bytes()), scratch(heap, chip.cores),
      commands(
          chip.name, *memory,
          [this, own_process = options.own_process] {
            return own_process ? start_process(chip, *memory)
                               : start_thread(chip, *memory);
          },
          std::chrono::seconds(options.timeout_seconds)),
      cycle_limit(uint64_t(options.timeout_seconds) * chip.clock_mhz *
                  1'000'000) {}

Status ReefCard::check_owner() const {
  if (is_ours())
    return {};
  return Error{ErrorCode::device,
               fmt::format("{} was opened by the process that this one was "
                           "forked from, and cannot be shared; load the model "
                           "again after the fork",
                           chip.name)};
}

Result<uint16_t> ReefCard::take_queue() {
  TRY(check_owner());
  std::lock_guard lock(queues_mutex_);
  for (uint16_t number = 0; number < queue_limit; ++number)
    if (!queues_[number]) {
      queues_[number] = true;
      return number;
    }
  return Error{ErrorCode::device, fmt::format("{} has {} queues, all in use",
                                              chip.name, queue_limit)};
}

void ReefCard::give_queue(uint16_t number) {
  std::lock_guard lock(queues_mutex_);
  queues_[number] = false;
}

} // namespace landfall::reef
