//===- ring_queue_test.cpp - Commands, their failures, their order --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/toy_card_for_test.h"

namespace landfall::card {
namespace {

using Ring = ToyTest;

TEST_F(Ring, TakesMoreCommandsOfMoreQueuesThanItHolds) {
  start();
  std::atomic<int> right = 0;
  auto work = [&](int64_t number) {
    ToyQueue own(card);
    runtime::DeviceMemory from = {card->heap.allocate(8).take(), 8};
    runtime::DeviceMemory to = {card->heap.allocate(8).take(), 8};
    bool good = own.write({from}, &number, 8).ok();
    for (int k = 0; k < 400 && good; ++k)
      good = own.copy({k % 2 ? from : to}, {k % 2 ? to : from}, 8).ok();
    int64_t read = 0;
    right += good && own.read(&read, {to}, 8).ok() && read == number;
  };
  std::vector<std::thread> threads;
  for (int64_t number = 1; number <= 6; ++number)
    threads.emplace_back(work, number);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(right, 6);
}

TEST_F(Ring, QueueNumbersAreReusedAndLimited) {
  start();
  std::vector<uint16_t> numbers;
  Result<uint16_t> last = card->take_queue();
  while (last.ok()) {
    numbers.push_back(last.take());
    ASSERT_LT(numbers.size(), size_t(ring::queue_limit));
    last = card->take_queue();
  }
  EXPECT_EQ(numbers.size(), size_t(ring::queue_limit - 1))
      << "the test has one";
  EXPECT_EQ(last.error().message, "toy has 256 queues, all in use");
  card->give_queue(numbers[9]);
  EXPECT_EQ(card->take_queue().take(), numbers[9]);
}

TEST_F(Ring, AFailedLaunchEndsItsQueuesWorkAndNoOther) {
  start();
  ToyQueue other(card);
  ASSERT_TRUE(works());
  ASSERT_TRUE(queue->start(illegal).ok());
  int64_t value = 5;
  ASSERT_TRUE(queue->copy({b}, {a}, 8).ok()) << "is skipped";
  ASSERT_TRUE(other.start(1000).ok());
  EXPECT_EQ(failure(), "the word is illegal");
  EXPECT_TRUE(other.finish().ok());
  ASSERT_TRUE(queue->write({a}, &value, 8).ok());
  EXPECT_TRUE(works());
}

TEST_F(Ring, ALaunchOverItsCycleLimitIsEnded) {
  start();
  ASSERT_TRUE(queue->start(endless, 100'000).ok());
  std::string text = failure();
  EXPECT_EQ(text.find("it does not end before cycle "), 0u) << text;
  EXPECT_TRUE(works());
}

TEST_F(Ring, WorkWhoseResultsNobodyReadsIsLeftOut) {
  start();
  ASSERT_TRUE(works());
  std::atomic<bool> stop = false;
  queue->stop_when(stop);
  ASSERT_TRUE(queue->start(endless, uint64_t(1) << 60).ok());
  ASSERT_TRUE(queue->start(endless, uint64_t(1) << 60).ok());
  wait_for_heartbeats(3);
  stop = true;
  EXPECT_EQ(failure(), "");
  stop = false;
  EXPECT_TRUE(works());
}

TEST_F(Ring, CountersAreThoseOfCommandsBefore) {
  start();
  ASSERT_TRUE(queue->start(5000).ok());
  bool is_read = false;
  Status status = card->count(
      ring::counters_bytes, [&](const uint8_t *record, int64_t cycles) {
        is_read = true;
        ring::CounterRecord all;
        std::memcpy(&all, record, sizeof(all));
        EXPECT_GE(all.cycles, 5000u);
        EXPECT_EQ(uint64_t(cycles), all.cycles);
        EXPECT_EQ(all.instructions, 1u);
        EXPECT_EQ(all.multiply_adds, 7u);
        ring::EngineRecord engines[2];
        ASSERT_EQ(all.engines, std::size(engines));
        std::memcpy(engines, record + sizeof(all), sizeof(engines));
        EXPECT_EQ(engines[0].name, std::string("work"));
        EXPECT_EQ(engines[0].busy, 5000u);
        EXPECT_EQ(engines[1].name, std::string("dram"));
      });
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(is_read);
}

class BadCommands : public ToyTest {
protected:
  /// Each from a queue of its own, as a refusal makes a queue skip the rest.
  std::string refusal(ring::Operation operation, uint64_t address = 0,
                      uint64_t source = 0, uint64_t bytes = 0) {
    ring::Command command = {};
    command.operation = operation;
    command.queue = --queue_;
    command.address = address;
    command.source = source;
    command.bytes = bytes;
    return refusal(command);
  }
  std::string refusal(const ring::Command &command) {
    auto completion =
        card->commands.wait(card->commands.submit(command).take());
    EXPECT_TRUE(completion.ok());
    if (completion->status != ring::CommandStatus::bad_command)
      return "accepted";
    std::string text = bad_command_error("toy", *completion).message;
    return text.substr(text.find("which has ") + 10);
  }

  uint16_t queue_ = ring::queue_limit;
};

TEST_F(BadCommands, AreRefusedOneByOne) {
  start();
  constexpr uint64_t heap = ring::queue_heap;
  EXPECT_EQ(refusal(ring::Operation::none), "an unknown operation");
  EXPECT_EQ(refusal(static_cast<ring::Operation>(99)), "an unknown operation");
  ring::Command barrier = {};
  barrier.operation = ring::Operation::barrier;
  EXPECT_EQ(refusal(barrier), "accepted");
  barrier.queue = ring::queue_limit;
  EXPECT_EQ(refusal(barrier), "a queue that does not exist");
  std::string outside = "an address outside the card's memory";
  EXPECT_EQ(refusal(ring::Operation::copy, heap, heap + 64, 64), "accepted");
  EXPECT_EQ(refusal(ring::Operation::copy, heap, ring::queue_control, 64),
            outside);
  EXPECT_EQ(refusal(ring::Operation::copy, heap, heap, ~uint64_t(0)), outside);
  EXPECT_EQ(refusal(ring::Operation::count, heap, 0, 64), outside);
  EXPECT_EQ(refusal(ring::Operation::launch, 64), outside);
  EXPECT_EQ(refusal(ring::Operation::launch, heap + 4), outside);
  EXPECT_EQ(refusal(ring::Operation::launch, ~uint64_t(0) - 7), outside);
  EXPECT_TRUE(works());
}

TEST_F(BadCommands, LaunchRecordsAreCheckedToo) {
  start();
  uint64_t at = card->heap.allocate(256).take();
  auto &record = *card->memory->at<ring::QueueLaunch>(at);
  const ring::QueueLaunch good = {at + 64, 1, at + 80, 0, 1000, at + 96, 64, 0};
  *card->memory->at<ring::QueueProgram>(at + 64) = {at + 80, 8};
  *card->memory->at<uint64_t>(at + 80) = cycles_of_work;
  auto answer = [&](uint64_t ring::QueueLaunch::*field, uint64_t value) {
    record = good;
    record.*field = value;
    return refusal(ring::Operation::launch, at);
  };
  EXPECT_EQ(answer(&ring::QueueLaunch::cores, 1), "accepted");
  std::string wrong = "a launch record that points outside the card's memory";
  EXPECT_EQ(answer(&ring::QueueLaunch::cores, 2), wrong);
  EXPECT_EQ(answer(&ring::QueueLaunch::operand_count, 5), wrong);
  EXPECT_EQ(answer(&ring::QueueLaunch::programs, 0), wrong);
  EXPECT_EQ(answer(&ring::QueueLaunch::operands, ~uint64_t(7)), wrong);
  EXPECT_EQ(answer(&ring::QueueLaunch::text_bytes, uint64_t(1) << 40), wrong);
  *card->memory->at<ring::QueueProgram>(at + 64) = {at + 80, ~uint64_t(7)};
  EXPECT_EQ(answer(&ring::QueueLaunch::cores, 1), wrong);
  EXPECT_TRUE(works());
}

} // namespace
} // namespace landfall::card
