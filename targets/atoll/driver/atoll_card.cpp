//===- atoll_card.cpp - A simulated chip and its memory -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/driver/atoll_card.h"

namespace landfall::atoll {

namespace {

/// The heap begins here: no allocation has the address 0.
constexpr uint64_t heap_begin = 4096;

} // namespace

Result<std::shared_ptr<AtollCard>>
AtollCard::create(const ChipDescription &chip,
                  const runtime::DeviceOptions &options) {
  auto memory = TRY(card::CardMemory::create(chip.dram_bytes(), 0));
  return std::shared_ptr<AtollCard>(
      new AtollCard(chip, std::move(memory), options.timeout_seconds));
}

AtollCard::AtollCard(const ChipDescription &described,
                     std::unique_ptr<card::CardMemory> dram, uint64_t seconds)
    : chip(described), can(capabilities(chip)), memory(std::move(dram)),
      heap(heap_begin, memory->bytes()),
      cycle_limit_(seconds * chip.clock_mhz * 1'000'000),
      clock_(chip.dram_gb_per_s, chip.clock_mhz) {
  for (uint32_t core = 0; core < chip.cores; ++core)
    cores_.push_back(std::make_unique<sim::Core>(
        chip, std::span(memory->host(0), memory->bytes()), clock_));
}

Status AtollCard::run(std::span<const sim::Program> programs,
                      std::span<const uint64_t> addresses,
                      const std::atomic<bool> *stop) {
  std::lock_guard lock(mutex_);
  std::vector<sim_kit::QueueEngine *> queues;
  for (size_t k = 0; k < programs.size(); ++k) {
    cores_[k]->start(programs[k], addresses, now_);
    queues.push_back(&cores_[k]->queues());
  }
  Status status = sim_kit::run_together(queues, now_ + cycle_limit_, stop);
  for (sim_kit::QueueEngine *engine : queues)
    now_ = std::max(now_, engine->done());
  return status;
}

runtime::DeviceCounters AtollCard::counters() {
  std::lock_guard lock(mutex_);
  runtime::DeviceCounters counters = {now_, chip.clock_mhz * 1e6, 0,
                                      0,    clock_.bytes(),       {}};
  std::span<const std::string> names = cores_[0]->queues().names();
  for (size_t q = 0; q < names.size(); ++q) {
    runtime::EngineCounter engine = {names[q], chip.cores};
    for (const auto &core : cores_) {
      const sim_kit::QueueCounters &queue = core->queues().counters()[q];
      counters.instructions += queue.instructions;
      engine.busy += queue.busy;
      engine.stalled += queue.stalled;
    }
    counters.engines.push_back(engine);
  }
  for (const auto &core : cores_)
    counters.multiply_adds += core->units().multiply_adds;
  counters.engines.push_back({"dram", 1, clock_.busy(), clock_.stalled()});
  return counters;
}

} // namespace landfall::atoll
