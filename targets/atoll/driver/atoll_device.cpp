//===- atoll_device.cpp - Simulated chips as devices ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/direct_queue.h"
#include "card/heap_device.h"
#include "card/tiled_executable.h"
#include "targets/atoll/driver/encoder.h"
#include "targets/atoll/sim/core.h"

#include <fmt/format.h>

namespace landfall::atoll {

namespace {

/// The heap begins here: no allocation has the address 0.
constexpr uint64_t heap_begin = 4096;

/// A chip that is simulated in this process. Thread-safe: launches exclude each
/// other.
class AtollCard {
public:
  static Result<std::shared_ptr<AtollCard>>
  create(const ChipDescription &chip, const runtime::DeviceOptions &options);

  /// Runs a program on each core, core 0 first; all are done when this returns.
  /// Fails with `device` if one is wrong (sim_kit::QueueEngine) or takes longer
  /// than the time limit in simulated time.
  Status run(std::span<const card::Program> programs,
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

Status AtollCard::run(std::span<const card::Program> programs,
                      std::span<const uint64_t> addresses,
                      const std::atomic<bool> *stop) {
  std::lock_guard lock(mutex_);
  std::vector<sim_kit::QueueEngine *> queues;
  for (size_t k = 0; k < programs.size(); ++k) {
    cores_[k]->start(
        {programs[k].address, programs[k].bytes / sizeof(Instruction)},
        addresses, now_);
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

Result<std::vector<uint8_t>> encode(const tile::Capabilities &can,
                                    const card::TiledChip::Emit &emit) {
  Encoder encoder(can.products);
  TRY(emit(encoder));
  auto bytes = std::as_bytes(encoder.instructions());
  auto *begin = reinterpret_cast<const uint8_t *>(bytes.data());
  return std::vector<uint8_t>(begin, begin + bytes.size());
}

class AtollQueue final : public card::DirectQueue {
public:
  explicit AtollQueue(std::shared_ptr<AtollCard> card)
      : DirectQueue(*card->memory), card_(std::move(card)) {}

protected:
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override {
    if (is_stopped())
      return {};
    const Kernel &description = executable.descriptions()[kernel];
    auto &code = static_cast<const card::TiledExecutable &>(executable);
    card::Stream stream = TRY(code.stream(kernel, sizes));
    std::vector<uint64_t> addresses;
    for (runtime::DeviceSpan operand : operands)
      addresses.push_back(card::address_of(operand));
    Status status =
        card_->run(stream.programs, addresses, interpreter_budget().stop);
    if (status.ok() || is_stopped())
      return {};
    return Error{ErrorCode::device,
                 fmt::format("{}, kernel '{}': {}", card_->chip.name,
                             description.name, status.error().message)}
        .at(description.origins);
  }

private:
  std::shared_ptr<AtollCard> card_;
};

class AtollDevice final : public card::HeapDevice {
public:
  explicit AtollDevice(std::shared_ptr<AtollCard> card)
      : HeapDevice(card->heap), card_(std::move(card)) {}

  runtime::DeviceDescription describe() const override {
    const ChipDescription &chip = card_->chip;
    runtime::DeviceDescription text = {
        chip.name,
        fmt::format("simulated, {} core{} at {:g} GHz, {}x{}x{} matrix unit, "
                    "{} KiB for vectors",
                    chip.cores, chip.cores == 1 ? "" : "s",
                    chip.clock_mhz / 1e3, chip.matrix_edge, chip.matrix_edge,
                    chip.matrix_edge, chip.vector_kib),
        int(chip.cores), chip.dram_bytes()};
    for (const tile::MatrixProduct &product : card_->can.products)
      if (product.left == product.right)
        text.peaks.push_back(
            {product.left,
             double(product.per_cycle) * chip.cores * chip.clock_mhz * 1e6});
    return text;
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(std::make_unique<AtollQueue>(card_));
  }
  Result<runtime::DeviceCounters> counters() override {
    return card_->counters();
  }

protected:
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    return card::TiledExecutable::load(package,
                                       {"atoll", card_->can,
                                        int(card_->chip.cores), *card_->memory,
                                        card_->heap, encode},
                                       card_);
  }

private:
  std::shared_ptr<AtollCard> card_;
};

std::vector<std::string> devices() {
  return chip_file::names(built_in_chips());
}

/// "atoll2", or "atoll:my.chip" for a description of the user's own.
Result<std::unique_ptr<runtime::Device>>
create(std::string_view name, const runtime::DeviceOptions &options) {
  auto card = TRY(AtollCard::create(TRY(chip_format.of_device(name)), options));
  return std::unique_ptr<runtime::Device>(
      std::make_unique<AtollDevice>(std::move(card)));
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"atoll", devices, create, true, true};

} // namespace landfall::atoll
