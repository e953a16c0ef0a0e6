//===- ring_test.cpp - More work than the ring holds ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_for_test.h"

#include <thread>

namespace landfall::reef {
namespace {

using Ring = CardTest;

TEST_F(Ring, TakesMoreCommandsOfMoreQueuesThanItHolds) {
  start("reef2");
  std::atomic<int> right = 0;
  auto work = [&](int64_t number) {
    auto own = ReefQueue::create(card).take();
    runtime::DeviceMemory a = {card->heap.allocate(8).take(), 8};
    runtime::DeviceMemory b = {card->heap.allocate(8).take(), 8};
    bool good = own->write({a}, &number, 8).ok();
    for (int k = 0; k < 400 && good; ++k)
      good = own->copy({k % 2 ? a : b}, {k % 2 ? b : a}, 8).ok();
    int64_t read = 0;
    right += good && own->read(&read, {b}, 8).ok() && read == number;
  };
  std::vector<std::thread> threads;
  for (int64_t number = 1; number <= 6; ++number)
    threads.emplace_back(work, number);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(right, 6);
}

TEST_F(Ring, QueueNumbersAreReusedAndLimited) {
  start("reef1");
  std::vector<std::unique_ptr<runtime::Queue>> queues;
  Result<std::unique_ptr<runtime::Queue>> last = ReefQueue::create(card);
  while (last.ok()) {
    queues.push_back(last.take());
    ASSERT_LT(queues.size(), size_t(queue_limit));
    last = ReefQueue::create(card);
  }
  EXPECT_EQ(queues.size(), size_t(queue_limit - 1)) << "the test has one";
  expect_says(last.error().message, "256 queues");
  queues.pop_back();
  EXPECT_TRUE(ReefQueue::create(card).ok());
}

TEST_F(Ring, MemoryIsFoundAgainOnceReleased) {
  start("reef1");
  uint64_t whole = card->memory->bytes() / 2;
  for (int round = 0; round < 3; ++round) {
    auto first = card->heap.allocate(whole);
    ASSERT_TRUE(first.ok());
    auto second = card->heap.allocate(whole);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::out_of_memory);
    auto small = card->heap.allocate(100, 4096);
    ASSERT_TRUE(small.ok());
    EXPECT_EQ(*small % 4096, 0u);
    card->heap.release(*first);
    card->heap.release(*small);
  }
}

} // namespace
} // namespace landfall::reef
