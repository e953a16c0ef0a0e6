//===- lost_card_test.cpp - Cards that die or hang ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_for_test.h"

#include <csignal>
#include <sys/wait.h>
#include <thread>

namespace landfall::reef {
namespace {

using namespace std::chrono_literals;

class LostCard : public CardTest {
protected:
  /// Until the endless kernel runs.
  void wait_for_heartbeats(int count) {
    uint64_t first = heartbeat();
    for (int k = 0; k < 5000 && heartbeat() < first + count; ++k)
      std::this_thread::sleep_for(1ms);
    EXPECT_GE(heartbeat(), first + count);
  }
};

TEST_F(LostCard, KillingItsProcessMidRunIsAClearErrorAndTheNextRunWorks) {
  start("reef2", {.own_process = true});
  ASSERT_TRUE(misbehave(endless).ok());
  wait_for_heartbeats(4);
  ASSERT_GT(card->commands.process(), 0);
  kill(card->commands.process(), SIGKILL);
  auto begin = std::chrono::steady_clock::now();
  std::string text = failure();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  expect_says(text, "reef2 was killed by signal 9; what it was doing is lost, "
                    "and the next run restarts it");
  EXPECT_TRUE(works());
}

TEST_F(LostCard, KilledBetweenRunsItIsNotMissed) {
  start("reef1", {.own_process = true});
  ASSERT_TRUE(works());
  int process = card->commands.process();
  kill(process, SIGKILL);
  siginfo_t ended; // Its line is closed then; the driver has yet to reap it.
  ASSERT_EQ(waitid(P_PID, id_t(process), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(works());
  EXPECT_NE(card->commands.process(), process);
}

TEST_F(LostCard, SilenceEndsAfterTheTimeout) {
  start("reef2", {.own_process = true, .timeout_seconds = 1});
  ASSERT_TRUE(works());
  kill(card->commands.process(), SIGSTOP);
  ASSERT_TRUE(misbehave(endless).ok());
  expect_says(failure(), "no sign of life for 1 s");
  EXPECT_TRUE(works());
}

TEST_F(LostCard, TheHeartBeatsWhileAKernelTakesLong) {
  for (bool own_process : {false, true}) {
    start("reef2", {.own_process = own_process, .timeout_seconds = 1});
    ASSERT_TRUE(misbehave(endless).ok());
    std::thread reset([&] {
      wait_for_heartbeats(4);
      std::this_thread::sleep_for(1100ms); // Longer than the timeout.
      card->commands.reset();
    });
    expect_says(failure(), "was reset");
    reset.join();
    EXPECT_TRUE(works());
    queue.reset();
    code.reset();
  }
}

TEST_F(LostCard, AFaultOfItsFirmwareIsToldAndSurvived) {
  for (bool own_process : {false, true}) {
    start("reef1", {.own_process = own_process});
    ASSERT_TRUE(works());
    // A core that meets what is gone while it is idle loses nothing and says
    // nothing: let it reach the loop in which it waits.
    std::this_thread::sleep_for(50ms);
    // What has not run so far is gone, the management core's copy among it.
    std::memset(card->memory->host(dram_base), 0, firmware_limit);
    ASSERT_TRUE(queue->copy({what}, {result}, 8).ok());
    std::string text = failure();
    expect_says(text, "reef1 has lost its management core at a");
    EXPECT_TRUE(works());
    queue.reset();
    code.reset();
  }
}

TEST_F(LostCard, DeviceMemoryOutlivesIt) {
  start("reef1", {.own_process = true});
  int64_t value = 42;
  ASSERT_TRUE(queue->write({result}, &value, 8).ok());
  card->commands.reset();
  ASSERT_TRUE(queue->copy({what}, {result}, 8).ok());
  value = 0;
  ASSERT_TRUE(queue->read(&value, {what}, 8).ok());
  EXPECT_EQ(value, 42);
}

TEST_F(LostCard, AForkOfItsProcessMayNotUseIt) {
  for (bool own_process : {false, true}) {
    start("reef1", {.own_process = own_process});
    ASSERT_TRUE(works());
    pid_t child = fork();
    if (child == 0) {
      // The child's copies of all objects go without harm to the card.
      bool is_refused = !works();
      queue.reset(), code.reset(), card.reset();
      _exit(is_refused ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_TRUE(works()) << "the card goes on for the parent";
  }
}

TEST_F(LostCard, AnotherQueuesWorkFailsTooAndBothGoOn) {
  start("reef2");
  auto other = ReefQueue::create(card).take();
  ASSERT_TRUE(misbehave(endless).ok());
  ASSERT_TRUE(other->copy({result}, {what}, 8).ok());
  wait_for_heartbeats(2);
  card->commands.reset();
  expect_says(failure(), "was reset");
  EXPECT_FALSE(other->finish().ok());
  EXPECT_TRUE(other->finish().ok());
  EXPECT_TRUE(works());
}

} // namespace
} // namespace landfall::reef
