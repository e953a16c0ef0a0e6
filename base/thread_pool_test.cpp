//===- thread_pool_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/thread_pool.h"

#include <gtest/gtest.h>

using namespace landfall;

namespace {

int64_t triangle(int64_t n) { return n * (n - 1) / 2; }

int64_t sum_of_tasks(ThreadPool &pool, int64_t tasks, int64_t grain) {
  std::atomic<int64_t> sum = 0;
  pool.parallel_for(tasks, grain, [&](const ThreadPool::Part &part) {
    for (int64_t i = part.begin; i < part.end; ++i)
      sum += i;
  });
  return sum;
}

TEST(ThreadPool, DoesEveryTaskOnce) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t tasks : {0, 1, 2, 7, 1000})
      for (int64_t grain : {1, 3, 5000})
        EXPECT_EQ(sum_of_tasks(pool, tasks, grain), triangle(tasks));
  }
}

TEST(ThreadPool, ParticipantsDoNotOverlap) {
  ThreadPool pool(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> busy(pool.threads());
    std::atomic<bool> overlap = false;
    pool.parallel_for(64, 1, [&](const ThreadPool::Part &part) {
      if (busy[part.participant].exchange(1) != 0)
        overlap = true;
      busy[part.participant] = 0;
    });
    ASSERT_FALSE(overlap);
  }
}

TEST(ThreadPool, NestedLoopsRunInline) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  pool.parallel_for(8, 1, [&](const ThreadPool::Part &) {
    std::thread::id outer = std::this_thread::get_id();
    pool.parallel_for(10, 1, [&](const ThreadPool::Part &part) {
      EXPECT_EQ(std::this_thread::get_id(), outer);
      sum += part.begin;
    });
  });
  EXPECT_EQ(sum, 8 * triangle(10));
}

TEST(ThreadPool, ManyCallersAtOnce) {
  ThreadPool pool(3);
  std::vector<std::thread> callers;
  std::atomic<int> wrong = 0;
  for (int c = 0; c < 12; ++c)
    callers.emplace_back([&, c] {
      ThreadPool::Run run(pool);
      for (int round = 0; round < 300; ++round)
        wrong += sum_of_tasks(pool, 10 + c, 1) != triangle(10 + c);
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, ThrowsWhatABodyThrowsAndGoesOn) {
  for (int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (int64_t bad : {0, 7, 99})
      EXPECT_THROW(pool.parallel_for(100, 1,
                                     [&](const ThreadPool::Part &part) {
                                       if (part.begin == bad)
                                         throw std::bad_alloc();
                                     }),
                   std::bad_alloc);
    EXPECT_EQ(sum_of_tasks(pool, 100, 1), triangle(100));
  }
}

// Workers are asleep by the time of each loop, and must still be woken.
TEST(ThreadPool, WakesParkedWorkers) {
  ThreadPool pool(2);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> arrived = 0;
    pool.parallel_for(2, 1, [&](const ThreadPool::Part &) {
      ++arrived;
      for (int wait = 0; wait < 2000 && arrived < 2; ++wait)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    EXPECT_EQ(arrived, 2);
  }
}

} // namespace
