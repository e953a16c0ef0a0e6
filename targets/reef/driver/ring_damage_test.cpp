//===- ring_damage_test.cpp - Rings that hold what nobody wrote -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_for_test.h"

#include <chrono>
#include <csignal>
#include <thread>

namespace landfall::reef {
namespace {

using namespace std::chrono_literals;

class RingDamage : public CardTest {
protected:
  Control &control() { return *card->memory->at<Control>(control_base); }
  Command &command(uint64_t sequence) {
    return card->memory->at<Command>(command_ring)[sequence % ring_entries];
  }
  Completion &completion(uint64_t sequence) {
    return card->memory->at<Completion>(
        completion_ring)[sequence % ring_entries];
  }
  uint64_t completed() {
    return *static_cast<volatile uint64_t *>(&control().completion_tail);
  }

  /// A failure with code `device` that says `part`; then all is well again.
  void expect_noticed(const std::string &part) {
    auto begin = std::chrono::steady_clock::now();
    Status status = queue->finish();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    ASSERT_FALSE(status.ok()) << part;
    EXPECT_EQ(status.error().code, ErrorCode::device);
    expect_says(status.error().message, part);
    expect_says(status.error().message, "the next run restarts it");
    EXPECT_TRUE(works()) << part;
    EXPECT_TRUE(works()) << part;
  }

  /// Has a command in flight that does not end, damages, and expects an error.
  template <typename Damage>
  void damage_while_busy(const std::string &part, Damage damage) {
    ASSERT_TRUE(misbehave(endless).ok());
    uint64_t first = heartbeat();
    for (int k = 0; k < 5000 && heartbeat() < first + 2; ++k)
      std::this_thread::sleep_for(1ms);
    damage();
    expect_noticed(part);
  }

  /// Submits a copy whose completion is written, but not taken over so far.
  void copy_unwaited() {
    ASSERT_TRUE(works());
    uint64_t before = completed();
    ASSERT_TRUE(queue->copy({what}, {result}, 8).ok());
    for (int k = 0; k < 5000 && completed() == before; ++k)
      std::this_thread::sleep_for(1ms);
    ASSERT_EQ(completed(), before + 1);
  }
};

TEST_F(RingDamage, ATailThatWasChangedIsAnErrorAndTheNextRunWorks) {
  start("reef2");
  for (int bit : {3, 7, 31, 40, 63}) {
    uint64_t change = uint64_t(1) << bit;
    damage_while_busy("the tail of the command ring",
                      [&] { control().command_tail ^= change; });
    damage_while_busy("the tail of the completion ring",
                      [&] { control().completion_tail ^= change; });
  }
  damage_while_busy("the tail of the command ring",
                    [&] { --control().command_tail; });
  damage_while_busy("the tail of the completion ring",
                    [&] { --control().completion_tail; });
}

TEST_F(RingDamage, ACompletionThatIsMissingIsNotMadeUp) {
  start("reef2");
  damage_while_busy("a completion", [&] { ++control().completion_tail; });
}

TEST_F(RingDamage, AChangedBitOfACompletionIsAnError) {
  start("reef1");
  for (size_t bit = 0; bit < sizeof(Completion) * 8; bit += 5) {
    ASSERT_NO_FATAL_FAILURE(copy_unwaited());
    auto *bytes = reinterpret_cast<uint8_t *>(&completion(completed() - 1));
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    ASSERT_NO_FATAL_FAILURE(expect_noticed("a completion"));
  }
}

TEST_F(RingDamage, AChangedBitOfACommandIsAnError) {
  start("reef1", {.own_process = true});
  for (size_t bit = 0; bit < sizeof(Command) * 8; bit += 23) {
    ASSERT_TRUE(works());
    uint64_t next = completed();
    kill(card->commands.process(), SIGSTOP); // It reads the command later.
    ASSERT_TRUE(queue->copy({what}, {result}, 8).ok());
    auto *bytes = reinterpret_cast<uint8_t *>(&command(next));
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    kill(card->commands.process(), SIGCONT);
    ASSERT_NO_FATAL_FAILURE(expect_noticed("a command"));
  }
}

TEST_F(RingDamage, TheFirmwareExecutesNothingBehindATailThatIsTooFar) {
  start("reef1", {.own_process = true});
  ASSERT_TRUE(works());
  kill(card->commands.process(), SIGSTOP);
  ASSERT_TRUE(queue->copy({what}, {result}, 8).ok());
  uint64_t before = completed();
  control().command_tail += 2 * ring_entries;
  kill(card->commands.process(), SIGCONT);
  for (int k = 0; k < 5000 && control().damage == no_damage; ++k)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(control().damage, damaged_tail);
  EXPECT_EQ(completed(), before);
  expect_noticed("the tail of the command ring");
}

TEST_F(RingDamage, WhileTheCardIsIdleLosesNothing) {
  start("reef2");
  for (uint64_t Control::*word :
       {&Control::command_tail, &Control::completion_tail, &Control::heartbeat,
        &Control::damage}) {
    ASSERT_TRUE(works());
    control().*word ^= 0x10001;
    EXPECT_TRUE(works());
  }
}

TEST_F(RingDamage, WorkOfOtherQueuesFailsToo) {
  start("reef2");
  auto other = ReefQueue::create(card).take();
  ASSERT_TRUE(misbehave(endless).ok());
  ASSERT_TRUE(other->copy({result}, {what}, 8).ok());
  control().completion_tail += 77;
  expect_noticed("the tail of the completion ring");
  EXPECT_FALSE(other->finish().ok());
  EXPECT_TRUE(other->copy({result}, {what}, 8).ok());
  EXPECT_TRUE(other->finish().ok());
}

} // namespace
} // namespace landfall::reef
