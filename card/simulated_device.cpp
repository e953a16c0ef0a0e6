//===- simulated_device.cpp - Chips of queues behind a ring ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/simulated_device.h"
#include "card/heap_device.h"
#include "card/ring_queue.h"
#include "ring/queue_launch.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::card {

namespace {

using namespace ring;

/// The room for the words of a fault.
constexpr uint64_t text_bytes = 512;

class QueueCard final : public Card {
public:
  QueueCard(SimulatedChip described, std::unique_ptr<CardMemory> dram,
            std::chrono::seconds timeout)
      : Card(std::move(dram), queue_heap,
             {described.name, queue_control,
              [this](bool) { return start_card(chip.simulator, *memory); },
              nullptr, timeout}),
        chip(std::move(described)),
        cycle_limit(uint64_t(timeout.count()) * chip.clock_mhz * 1'000'000) {}

  /// The card has written what went wrong behind the record.
  Error launch_error(const Launch &launch,
                     const Completion &completion) const override {
    auto &record = *memory->at<const QueueLaunch>(launch.record);
    auto *text = memory->at<const char>(record.text);
    auto length = std::clamp<int64_t>(completion.value, 0, text_bytes);
    return Error{ErrorCode::device,
                 fmt::format("{}, kernel '{}': {}", name, launch.kernel->name,
                             std::string_view(text, size_t(length)))}
        .at(launch.kernel->origins);
  }

  const SimulatedChip chip;
  const uint64_t cycle_limit; ///< Of a launch.
};

class QueueCardQueue final : public RingQueue {
public:
  QueueCardQueue(std::shared_ptr<QueueCard> card, uint16_t number)
      : RingQueue(card, number), card_(std::move(card)) {}

protected:
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override {
    if (is_stopped())
      return {};
    TRY(card_->check_owner());
    auto &code = static_cast<const TiledExecutable &>(executable);
    Result<Stream> stream =
        code.stream(kernel, sizes, interpreter_budget().stop);
    if (!stream)
      return is_stopped() ? Status() : stream.take_error();
    uint64_t record = TRY(write_record(*stream, operands));
    return submit_launch({&executable.descriptions()[kernel], record, 0,
                          std::move(stream->memory)});
  }

private:
  /// The record, programs, addresses of operands, room for a text.
  Result<uint64_t> write_record(const Stream &stream,
                                std::span<const runtime::DeviceSpan> operands) {
    size_t cores = stream.programs.size();
    uint64_t programs_at = sizeof(QueueLaunch);
    uint64_t operands_at = programs_at + cores * sizeof(QueueProgram);
    uint64_t text_at = operands_at + operands.size() * sizeof(uint64_t);
    uint64_t begin = TRY(card_->heap.allocate(text_at + text_bytes));
    *card_->memory->at<QueueLaunch>(begin) = {
        begin + programs_at, cores,
        begin + operands_at, operands.size(),
        card_->cycle_limit,  begin + text_at,
        text_bytes,          0};
    std::ranges::copy(stream.programs,
                      card_->memory->at<QueueProgram>(begin + programs_at));
    std::ranges::transform(
        operands, card_->memory->at<uint64_t>(begin + operands_at), address_of);
    return begin;
  }

  std::shared_ptr<QueueCard> card_;
};

runtime::DeviceCounters decode(const uint8_t *record, uint32_t clock_mhz) {
  CounterRecord all;
  std::memcpy(&all, record, sizeof(all));
  runtime::DeviceCounters counters = {all.cycles,       clock_mhz * 1e6,
                                      all.instructions, all.multiply_adds,
                                      all.memory_bytes, {}};
  record += sizeof(all);
  for (uint64_t k = 0; k < std::min(all.engines, most_engines); ++k) {
    EngineRecord engine;
    std::memcpy(&engine, record + k * sizeof(engine), sizeof(engine));
    engine.name[sizeof(engine.name) - 1] = 0;
    counters.engines.push_back(
        {engine.name, engine.units, engine.busy, engine.stalled});
  }
  return counters;
}

class SimulatedDevice final : public HeapDevice {
public:
  explicit SimulatedDevice(std::shared_ptr<QueueCard> card)
      : HeapDevice(card->heap), card_(std::move(card)) {}

  runtime::DeviceDescription describe() const override {
    const SimulatedChip &chip = card_->chip;
    runtime::DeviceDescription text = {
        chip.name, fmt::format("simulated, {}", chip.hardware), chip.cores,
        chip.dram_bytes};
    for (const tile::MatrixProduct &product : chip.can.products)
      if (product.left == product.right)
        text.peaks.push_back(
            {product.left,
             double(product.per_cycle) * chip.cores * chip.clock_mhz * 1e6});
    return text;
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    uint16_t number = TRY(card_->take_queue());
    return std::unique_ptr<runtime::Queue>(
        std::make_unique<QueueCardQueue>(card_, number));
  }
  Result<runtime::DeviceCounters> counters() override {
    runtime::DeviceCounters counters;
    TRY(card_->count(counters_bytes, [&](const uint8_t *record, int64_t) {
      counters = decode(record, card_->chip.clock_mhz);
    }));
    return counters;
  }

protected:
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    const SimulatedChip &chip = card_->chip;
    return TiledExecutable::load(package,
                                 {chip.simulator.target, chip.can, chip.cores,
                                  *card_->memory, card_->heap, chip.encode,
                                  chip.dump_folder},
                                 card_);
  }

private:
  std::shared_ptr<QueueCard> card_;
};

} // namespace

Result<std::unique_ptr<runtime::Device>>
make_simulated_device(SimulatedChip chip,
                      const runtime::DeviceOptions &options) {
  std::chrono::seconds timeout = TRY(timeout_of(options));
  auto memory = TRY(CardMemory::create(chip.dram_bytes, 0));
  chip.simulator.own_process = options.own_process;
  chip.dump_folder = options.dump_folder;
  auto card =
      std::make_shared<QueueCard>(std::move(chip), std::move(memory), timeout);
  return std::unique_ptr<runtime::Device>(
      std::make_unique<SimulatedDevice>(std::move(card)));
}

} // namespace landfall::card
