//===- reef_card.cpp - What device, queues and kernels share --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/reef_card.h"
#include "runtime/launch_check.h"
#include "targets/reef/driver/fault_text.h"
#include "targets/reef/firmware/firmware_image.h"
#include "targets/reef/sim/card.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

/// The initial scratch bytes per core: enough for most kernels.
constexpr uint64_t first_scratch_bytes = 64 << 10;
constexpr int64_t scratch_limit = int64_t(1) << 40;

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

Scratch::Area Scratch::now() {
  std::lock_guard lock(mutex_);
  return area_;
}

Result<std::shared_ptr<ReefCard>>
ReefCard::create(ChipDescription chip, const runtime::DeviceOptions &options) {
  std::chrono::seconds timeout = TRY(card::timeout_of(options));
  auto memory = TRY(card::CardMemory::create(chip.dram_bytes(), dram_base));
  return std::shared_ptr<ReefCard>(new ReefCard(
      std::move(chip), std::move(memory), timeout, options.own_process));
}

ReefCard::ReefCard(ChipDescription described,
                   std::unique_ptr<card::CardMemory> dram,
                   std::chrono::seconds timeout, bool own_process)
    : Card(std::move(dram), heap_base,
           {described.name, control_base,
            [this](bool is_restart) { return power_on(is_restart); },
            cause_text, timeout}),
      chip(std::move(described)), scratch(heap, chip.cores),
      cycle_limit(uint64_t(timeout.count()) * chip.clock_mhz * 1'000'000),
      simulator_{"reef", chip_format.print(chip), sim::run_card, own_process} {}

/// Keeps the heap's contents; reloads the firmware.
Result<std::unique_ptr<card::RunningCard>> ReefCard::power_on(bool is_restart) {
  uint8_t *begin = memory->host(dram_base);
  if (is_restart)
    std::memset(begin, 0, firmware_limit);
  std::string_view image = firmware_images()[0].bytes;
  std::memcpy(begin, image.data(), image.size());
  return card::start_card(simulator_, *memory);
}

Error ReefCard::launch_error(const card::Launch &launch,
                             const Completion &completion) const {
  if (completion.status == CommandStatus::check_failed)
    return runtime::check_error(*launch.kernel, completion.detail,
                                completion.value);
  return completion.status == CommandStatus::timed_out
             ? timeout_error(name, completion, *launch.kernel, launch.code_base)
             : fault_error(name, completion, *launch.kernel, launch.code_base);
}

Status ReefCard::make_scratch(const card::Launch &launch, int64_t bytes) {
  if (bytes > scratch_limit)
    return Error{ErrorCode::internal,
                 fmt::format("kernel '{}' plans {} bytes of scratch memory",
                             launch.kernel->name, bytes)}
        .at(launch.kernel->origins);
  TRY(scratch.at_least(uint64_t(bytes)));
  return {};
}

void ReefCard::use_scratch(const card::Launch &launch) {
  Scratch::Area area = scratch.now();
  auto &record = *memory->at<LaunchRecord>(launch.record);
  record.scratch = area.address;
  record.scratch_bytes = area.bytes;
}

} // namespace landfall::reef
