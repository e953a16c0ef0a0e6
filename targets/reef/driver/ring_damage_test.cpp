//===- ring_damage_test.cpp - Commands that nobody wrote ------------------===//
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
};

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
  for (int k = 0; k < 5000 && control().damage == ring::no_damage; ++k)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(control().damage, ring::damaged_tail);
  EXPECT_EQ(completed(), before);
  expect_noticed("the tail of the command ring");
}

} // namespace
} // namespace landfall::reef
