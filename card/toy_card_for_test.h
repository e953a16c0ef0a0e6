//===- toy_card_for_test.h - A card that a test looks into -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. A chip of one core with one queue, whose programs are words:
// work for so many cycles, or one of `Toy`.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/ring_queue.h"
#include "ring/queue_launch.h"
#include "sim_kit/queue_card.h"

#include <chrono>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

namespace landfall::card {

enum Toy : uint64_t {
  endless = 0,        ///< Work that does not end.
  illegal = 1,        ///< No instruction.
  cycles_of_work = 2, ///< From here on.
};

class ToyWork final : public sim_kit::Work {
public:
  explicit ToyWork(uint64_t cycles) : cycles_(cycles) {}
  void footprint(sim_kit::Footprint &) const override {}
  sim_kit::Timing execute(uint64_t start) override {
    return {start + cycles_, start + cycles_};
  }

private:
  uint64_t cycles_;
};

class ToyCore final : public sim_kit::QueueCore {
public:
  explicit ToyCore(std::span<uint8_t> dram) : dram_(dram) {}
  void start(uint64_t address, uint64_t bytes, std::span<const uint64_t>,
             uint64_t now) override {
    at_ = address;
    end_ = address + bytes;
    queues_.start([this] { return fetch(); }, now);
  }
  sim_kit::QueueEngine &queues() override { return queues_; }
  uint64_t multiply_adds() const override { return 7; }

private:
  Result<std::optional<sim_kit::Instruction>> fetch() {
    if (at_ == end_)
      return std::optional<sim_kit::Instruction>();
    uint64_t word;
    std::memcpy(&word, dram_.data() + at_, sizeof(word));
    if (word == illegal)
      return Error{ErrorCode::device, "the word is illegal"};
    if (word != endless)
      at_ += sizeof(word);
    sim_kit::Instruction instruction;
    instruction.name = "work";
    instruction.work = std::make_unique<ToyWork>(std::max<uint64_t>(1, word));
    return std::optional(std::move(instruction));
  }

  static sim_kit::QueueLayout layout() {
    sim_kit::QueueLayout layout;
    layout.queues = {"work"};
    return layout;
  }

  std::span<uint8_t> dram_;
  sim_kit::QueueEngine queues_{layout()};
  uint64_t at_ = 0, end_ = 0;
};

/// Of sim_kit::RunCard. "silent": a card that gives no sign of life; "odd": one
/// that does not know its description.
inline Status run_toy(std::string_view description, std::span<uint8_t> dram,
                      int line) {
  if (description == "odd")
    return Error{ErrorCode::invalid_argument, "it is odd"};
  while (description == "silent" && !sim_kit::host_is_gone(line))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto make_core = [](std::span<uint8_t> memory, sim_kit::DramClock &) {
    return std::make_unique<ToyCore>(memory);
  };
  sim_kit::run_queue_card({1, 1000, 64, 4, make_core}, dram, line);
  return {};
}

class ToyCard final : public Card {
public:
  explicit ToyCard(std::string description, int seconds = 60)
      : Card(CardMemory::create(1 << 20, 0).take(), ring::queue_heap,
             {"toy", ring::queue_control,
              [this](bool) { return start_thread(simulator_, *memory); },
              nullptr, std::chrono::seconds(seconds)}),
        simulator_{"toy", std::move(description), run_toy} {}
  Error launch_error(const Launch &launch,
                     const ring::Completion &completion) const override {
    auto &record = *memory->at<const ring::QueueLaunch>(launch.record);
    return {ErrorCode::device, std::string(memory->at<const char>(record.text),
                                           size_t(completion.value))};
  }

private:
  const CardSimulator simulator_;
};

/// Launches programs of one word.
class ToyQueue final : public RingQueue {
public:
  explicit ToyQueue(std::shared_ptr<ToyCard> card)
      : RingQueue(card, card->take_queue().take()), card_(std::move(card)) {}
  Status start(uint64_t word, uint64_t cycle_limit = 1 << 30) {
    constexpr uint64_t record_bytes = 256, text_bytes = 96;
    uint64_t begin = TRY(card_->heap.allocate(record_bytes));
    *card_->memory->at<ring::QueueLaunch>(begin) = {
        begin + 64, 1, begin + 80, 0, cycle_limit, begin + 96, text_bytes, 0};
    *card_->memory->at<ring::QueueProgram>(begin + 64) = {begin + 80, 8};
    *card_->memory->at<uint64_t>(begin + 80) = word;
    return keep(submit_launch({&kernel_, begin, 0, {}}));
  }

protected:
  Status do_launch(const runtime::Executable &, uint32_t,
                   std::span<const runtime::DeviceSpan>,
                   std::span<const int64_t>) override {
    return {};
  }

private:
  std::shared_ptr<ToyCard> card_;
  Kernel kernel_;
};

class ToyTest : public testing::Test {
protected:
  void start(const std::string &description = "", int seconds = 60) {
    queue.reset();
    card = std::make_shared<ToyCard>(description, seconds);
    queue = std::make_unique<ToyQueue>(card);
    a = {card->heap.allocate(16).take(), 16};
    b = {card->heap.allocate(16).take(), 16};
  }
  std::string failure() {
    Status status = queue->finish();
    return status.ok() ? "" : render(status.error());
  }
  bool works() {
    int64_t value = 42, back = 0;
    return queue->write({a}, &value, 8).ok() && queue->start(1000).ok() &&
           queue->copy({b}, {a}, 8).ok() && queue->read(&back, {b}, 8).ok() &&
           back == 42 && queue->finish().ok();
  }
  ring::Control &control() {
    return *card->memory->at<ring::Control>(ring::queue_control);
  }
  uint64_t now(uint64_t &word) {
    return std::atomic_ref(word).load(std::memory_order_acquire);
  }
  template <typename Condition> void wait_until(const Condition &is_so) {
    for (int k = 0; k < 5000 && !is_so(); ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(is_so());
  }
  /// Until work that has begun goes on.
  void wait_for_heartbeats(uint64_t count) {
    uint64_t first = now(control().heartbeat);
    wait_until([&] { return now(control().heartbeat) >= first + count; });
  }

  std::shared_ptr<ToyCard> card;
  std::unique_ptr<ToyQueue> queue;
  runtime::DeviceMemory a, b;
};

} // namespace landfall::card
