//===- ring_damage_test.cpp - Lost cards, rings that nobody wrote ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/toy_card_for_test.h"

namespace landfall::card {
namespace {

using namespace std::chrono_literals;

class RingDamage : public ToyTest {
protected:
  ring::Completion &completion(uint64_t sequence) {
    return card->memory->at<ring::Completion>(
        ring::queue_control +
        ring::completions_offset)[sequence % ring::ring_entries];
  }
  uint64_t completed() { return now(control().completion_tail); }

  /// A failure with code `device` that says `part`; then all is well again.
  void expect_noticed(const std::string &part) {
    auto begin = std::chrono::steady_clock::now();
    Status status = queue->finish();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    ASSERT_FALSE(status.ok()) << part;
    EXPECT_EQ(status.error().code, ErrorCode::device);
    EXPECT_NE(status.error().message.find(part), std::string::npos)
        << status.error().message;
    EXPECT_NE(status.error().message.find("the next run restarts it"),
              std::string::npos);
    EXPECT_TRUE(works()) << part;
    EXPECT_TRUE(works()) << part;
  }

  /// Has a command in flight that does not end, damages, and expects an error.
  template <typename Damage>
  void damage_while_busy(const std::string &part, Damage damage) {
    ASSERT_TRUE(queue->start(endless, uint64_t(1) << 60).ok());
    wait_for_heartbeats(2);
    damage();
    expect_noticed(part);
  }
  void add(uint64_t &word, uint64_t number) {
    std::atomic_ref(word).fetch_add(number);
  }
};

TEST_F(RingDamage, ATailThatWasChangedIsAnErrorAndTheNextRunWorks) {
  start();
  for (int bit : {3, 7, 31, 40, 63}) {
    uint64_t change = uint64_t(1) << bit;
    damage_while_busy("the tail of the command ring", [&] {
      std::atomic_ref(control().command_tail).fetch_xor(change);
    });
    damage_while_busy("the tail of the completion ring", [&] {
      std::atomic_ref(control().completion_tail).fetch_xor(change);
    });
  }
  damage_while_busy("the tail of the command ring",
                    [&] { add(control().command_tail, ~uint64_t(0)); });
  damage_while_busy("the tail of the completion ring",
                    [&] { add(control().completion_tail, ~uint64_t(0)); });
}

TEST_F(RingDamage, ACompletionThatIsMissingIsNotMadeUp) {
  start();
  damage_while_busy("a completion", [&] { add(control().completion_tail, 1); });
}

TEST_F(RingDamage, AChangedBitOfACompletionIsAnError) {
  start();
  for (size_t bit = 0; bit < sizeof(ring::Completion) * 8; bit += 5) {
    ASSERT_TRUE(works());
    uint64_t before = completed();
    ASSERT_TRUE(queue->copy({a}, {b}, 8).ok());
    wait_until([&] { return completed() != before; });
    ASSERT_EQ(completed(), before + 1);
    auto *bytes = reinterpret_cast<uint8_t *>(&completion(before));
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    ASSERT_NO_FATAL_FAILURE(expect_noticed("a completion"));
  }
}

TEST_F(RingDamage, WhileTheCardIsIdleLosesNothing) {
  start();
  for (uint64_t ring::Control::*word :
       {&ring::Control::command_tail, &ring::Control::completion_tail,
        &ring::Control::heartbeat, &ring::Control::damage}) {
    ASSERT_TRUE(works());
    std::atomic_ref(control().*word).fetch_xor(0x10001);
    EXPECT_TRUE(works());
  }
}

TEST_F(RingDamage, WorkOfOtherQueuesFailsToo) {
  start();
  ToyQueue other(card);
  ASSERT_TRUE(queue->start(endless, uint64_t(1) << 60).ok());
  ASSERT_TRUE(other.copy({b}, {a}, 8).ok());
  add(control().completion_tail, 77);
  expect_noticed("the tail of the completion ring");
  EXPECT_FALSE(other.finish().ok());
  EXPECT_TRUE(other.copy({b}, {a}, 8).ok());
  EXPECT_TRUE(other.finish().ok());
}

using LostCard = RingDamage;

TEST_F(LostCard, SilenceEndsAfterTheTimeout) {
  start("silent", 1);
  ASSERT_TRUE(queue->start(1000).ok());
  std::string text = failure();
  EXPECT_NE(text.find("toy has given no sign of life for 1 s"),
            std::string::npos)
      << text;
}

TEST_F(LostCard, TheHeartBeatsWhileALaunchTakesLong) {
  start("", 1);
  ASSERT_TRUE(queue->start(endless, uint64_t(1) << 60).ok());
  std::thread reset([&] {
    wait_for_heartbeats(4);
    std::this_thread::sleep_for(1100ms); // Longer than the timeout.
    card->commands.reset();
  });
  EXPECT_NE(failure().find("was reset"), std::string::npos);
  reset.join();
  EXPECT_TRUE(works());
}

TEST_F(LostCard, ASimulatorThatCannotBeginSaysWhy) {
  start("odd");
  ASSERT_TRUE(queue->start(1000).ok());
  std::string text = failure();
  EXPECT_NE(text.find("toy has stopped: it is odd; what it was doing is lost"),
            std::string::npos)
      << text;
}

TEST_F(LostCard, DeviceMemoryOutlivesIt) {
  start();
  int64_t value = 42;
  ASSERT_TRUE(queue->write({b}, &value, 8).ok());
  card->commands.reset();
  ASSERT_TRUE(queue->copy({a}, {b}, 8).ok());
  value = 0;
  ASSERT_TRUE(queue->read(&value, {a}, 8).ok());
  EXPECT_EQ(value, 42);
}

} // namespace
} // namespace landfall::card
