//===- simulated_device.cpp - Simulated chips of queues -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/simulated_device.h"
#include "card/direct_queue.h"
#include "card/heap_device.h"

#include <fmt/format.h>

namespace landfall::card {

namespace {

/// The heap begins here: no allocation has the address 0.
constexpr uint64_t heap_begin = 4096;

/// The chip at work. Thread-safe.
class Simulation {
public:
  Simulation(SimulatedChip described, std::unique_ptr<CardMemory> dram,
             uint64_t seconds)
      : chip(std::move(described)), memory(std::move(dram)),
        heap(heap_begin, memory->bytes()),
        cycle_limit_(seconds * chip.clock_mhz * 1'000'000),
        clock_(chip.dram_gb_per_s, chip.clock_mhz) {
    for (uint32_t core = 0; core < chip.cores; ++core)
      cores_.push_back(
          chip.make_core(std::span(memory->host(0), memory->bytes()), clock_));
  }

  /// Runs a program on each core; all are done when this returns.
  Status run(std::span<const Program> programs,
             std::span<const uint64_t> operands, const std::atomic<bool> *stop);
  runtime::DeviceCounters counters();

  const SimulatedChip chip;
  const std::unique_ptr<CardMemory> memory;
  runtime::DeviceHeap heap;

private:
  const uint64_t cycle_limit_;
  std::mutex mutex_;
  sim_kit::DramClock clock_;
  std::vector<std::unique_ptr<sim_kit::QueueCore>> cores_;
  uint64_t now_ = 0;
};

Status Simulation::run(std::span<const Program> programs,
                       std::span<const uint64_t> operands,
                       const std::atomic<bool> *stop) {
  std::lock_guard lock(mutex_);
  std::vector<sim_kit::QueueEngine *> queues;
  for (size_t k = 0; k < programs.size(); ++k) {
    cores_[k]->start(programs[k].address, programs[k].bytes, operands, now_);
    queues.push_back(&cores_[k]->queues());
  }
  Status status = sim_kit::run_together(queues, now_ + cycle_limit_, stop);
  for (sim_kit::QueueEngine *engine : queues)
    now_ = std::max(now_, engine->done());
  return status;
}

runtime::DeviceCounters Simulation::counters() {
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
    counters.multiply_adds += core->multiply_adds();
  counters.engines.push_back({"dram", 1, clock_.busy(), clock_.stalled()});
  return counters;
}

class SimulatedQueue final : public DirectQueue {
public:
  explicit SimulatedQueue(std::shared_ptr<Simulation> simulation)
      : DirectQueue(*simulation->memory), simulation_(std::move(simulation)) {}

protected:
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override {
    if (is_stopped())
      return {};
    const Kernel &description = executable.descriptions()[kernel];
    auto &code = static_cast<const TiledExecutable &>(executable);
    const std::atomic<bool> *stop = interpreter_budget().stop;
    Result<Stream> stream = code.stream(kernel, sizes, stop);
    if (!stream)
      return is_stopped() ? Status() : stream.take_error();
    std::vector<uint64_t> addresses;
    for (runtime::DeviceSpan operand : operands)
      addresses.push_back(address_of(operand));
    Status status = simulation_->run(stream->programs, addresses, stop);
    if (status.ok() || is_stopped())
      return {};
    return Error{ErrorCode::device,
                 fmt::format("{}, kernel '{}': {}", simulation_->chip.name,
                             description.name, status.error().message)}
        .at(description.origins);
  }

private:
  std::shared_ptr<Simulation> simulation_;
};

class SimulatedDevice final : public HeapDevice {
public:
  explicit SimulatedDevice(std::shared_ptr<Simulation> simulation)
      : HeapDevice(simulation->heap), simulation_(std::move(simulation)) {}

  runtime::DeviceDescription describe() const override {
    const SimulatedChip &chip = simulation_->chip;
    runtime::DeviceDescription text = {
        chip.name, fmt::format("simulated, {}", chip.hardware), int(chip.cores),
        chip.dram_bytes};
    for (const tile::MatrixProduct &product : chip.can.products)
      if (product.left == product.right)
        text.peaks.push_back(
            {product.left,
             double(product.per_cycle) * chip.cores * chip.clock_mhz * 1e6});
    return text;
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(
        std::make_unique<SimulatedQueue>(simulation_));
  }
  Result<runtime::DeviceCounters> counters() override {
    return simulation_->counters();
  }

protected:
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    const SimulatedChip &chip = simulation_->chip;
    return TiledExecutable::load(package,
                                 {chip.target, chip.can, int(chip.cores),
                                  *simulation_->memory, simulation_->heap,
                                  chip.encode},
                                 simulation_);
  }

private:
  std::shared_ptr<Simulation> simulation_;
};

} // namespace

Result<std::unique_ptr<runtime::Device>>
make_simulated_device(SimulatedChip chip,
                      const runtime::DeviceOptions &options) {
  auto memory = TRY(CardMemory::create(chip.dram_bytes, 0));
  auto simulation = std::make_shared<Simulation>(
      std::move(chip), std::move(memory), options.timeout_seconds);
  return std::unique_ptr<runtime::Device>(
      std::make_unique<SimulatedDevice>(std::move(simulation)));
}

} // namespace landfall::card
