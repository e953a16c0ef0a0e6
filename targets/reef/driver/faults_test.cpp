//===- faults_test.cpp - What a kernel or a command does wrong ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/card_for_test.h"
#include "targets/reef/driver/fault_text.h"

namespace landfall::reef {
namespace {

using Faults = CardTest;

TEST_F(Faults, AnIllegalAccessNamesCauseCoreAddressAndModelNode) {
  start("reef2");
  ASSERT_TRUE(misbehave(read_address, 8).ok());
  std::string text = failure();
  expect_says(text, "node 'mischief_node' (Test): reef2: core 1 stopped in "
                    "kernel 'mischief': load access fault at address 0x8, "
                    "instruction 0x");
  expect_says(text, "code offset 0x");
  EXPECT_TRUE(works());
}

TEST_F(Faults, AnUnknownInstructionIsNeverSilent) {
  start("reef1");
  ASSERT_TRUE(misbehave(no_instruction).ok());
  expect_says(failure(), "illegal instruction");
  EXPECT_TRUE(works());
}

TEST_F(Faults, OfOneCoreEndTheLaunchOnAll) {
  start("reef3");
  ASSERT_TRUE(misbehave(read_address, 8, 0, 1000).ok());
  expect_says(failure(), "load access fault");
  EXPECT_TRUE(works());
}

TEST_F(Faults, AKernelThatDoesNotEndIsStoppedWhenItsCyclesAreUp) {
  ChipDescription slow = chip_format.find("reef2").take();
  slow.clock_mhz = 3; // A second is soon simulated.
  for (int64_t tasks : {1, 1000}) {
    start(slow, {.timeout_seconds = 1});
    ASSERT_TRUE(misbehave(endless, 0, 0, tasks).ok());
    std::string text = failure();
    expect_says(text, "node 'mischief_node' (Test): reef2: kernel 'mischief' "
                      "had not ended after 30");
    expect_says(text, "core 1 was at pc 0x");
    EXPECT_TRUE(works());
    // On all cores, and as if nothing had been.
    ASSERT_TRUE(misbehave(fill_scratch, 0, 8, 1000).ok());
    EXPECT_EQ(failure(), "no failure");
    queue.reset();
    code.reset();
  }
}

TEST_F(Faults, AnAnswerInTheMomentOfTheLimitIsForgotten) {
  ChipDescription slow = chip_format.find("reef2").take();
  slow.clock_mhz = 1;
  start(slow, {.timeout_seconds = 1});
  auto ends = [&](int64_t bytes) {
    EXPECT_TRUE(misbehave(fill_scratch, 0, bytes).ok());
    return failure() == "no failure";
  };
  int64_t longest = 0, too_long = 1 << 20;
  ASSERT_FALSE(ends(too_long));
  while (too_long - longest > 1) {
    int64_t middle = (longest + too_long) / 2;
    (ends(middle) ? longest : too_long) = middle;
  }
  for (int64_t more = 1; more < 300; more += 5) {
    EXPECT_FALSE(ends(longest + more));
    ASSERT_TRUE(works()) << more;
  }
}

TEST_F(Faults, ReadingWhatATransferStillWritesIsARace) {
  start("reef2");
  ASSERT_TRUE(misbehave(read_too_early).ok());
  expect_says(failure(), "race with a DMA transfer");
  ASSERT_TRUE(misbehave(wait_then_read, 77).ok());
  int64_t read = 0;
  ASSERT_TRUE(queue->read(&read, {result}, 8).ok());
  EXPECT_EQ(read, 77);
}

TEST_F(Faults, TheLowestFailedTaskIsToldOnAnyNumberOfCores) {
  for (const char *chip : {"reef1", "reef2", "reef3"}) {
    start(chip);
    std::vector<int64_t> x(1000, 1);
    for (size_t k : {137, 138, 500, 999})
      x[k] = 1000 + int64_t(k);
    runtime::DeviceMemory from = {card->heap.allocate(8000).take(), 8000};
    ASSERT_TRUE(queue->write({from}, x.data(), 8000).ok());
    const runtime::DeviceSpan operands[] = {{from}, {from}};
    const int64_t size = 1000;
    ASSERT_TRUE(
        queue->launch(*code, runtime::below_ten, operands, {&size, 1}).ok());
    EXPECT_EQ(failure(),
              "node 'below_ten_node' (Test): not below 10; where value = 1137")
        << chip;
    queue.reset();
    code.reset();
  }
}

TEST_F(Faults, ALaunchThatNeedsMoreScratchIsRepeatedInOrder) {
  start("reef2");
  ASSERT_TRUE(misbehave(fill_scratch, 5, 300 << 10, 4).ok());
  ASSERT_TRUE(queue->copy({result}, {what}, 16).ok());
  int64_t copied[2] = {};
  ASSERT_TRUE(queue->read(copied, {result}, 16).ok());
  EXPECT_EQ(copied[1], 5);
  EXPECT_TRUE(works());
}

TEST_F(Faults, AbsurdScratchIsRefused) {
  start("reef1");
  ASSERT_TRUE(misbehave(fill_scratch, 0, int64_t(1) << 50).ok());
  expect_says(failure(), "plans 1125899906842624 bytes");
  ASSERT_TRUE(misbehave(fill_scratch, 0, int64_t(1) << 38).ok());
  expect_says(failure(), "no room");
  EXPECT_TRUE(works());
}

class BadCommands : public CardTest {
protected:
  std::string refusal(const Command &command) {
    auto ticket = card->commands.submit(command);
    EXPECT_TRUE(ticket.ok());
    auto completion = card->commands.wait(*ticket);
    EXPECT_TRUE(completion.ok());
    if (completion->status != CommandStatus::bad_command)
      return "accepted";
    return card::bad_command_error("reef", *completion).message;
  }
  /// Each from a queue of its own, as a refusal makes a queue skip the rest.
  Command command(Operation operation) {
    Command command = {};
    command.operation = operation;
    command.queue = --queue_;
    return command;
  }

  uint16_t queue_ = queue_limit;
};

TEST_F(BadCommands, AreRefusedOneByOne) {
  start("reef1");
  expect_says(refusal(command(static_cast<Operation>(99))),
              "unknown operation");
  Command barrier = command(Operation::barrier);
  barrier.queue = queue_limit;
  expect_says(refusal(barrier), "a queue that does not exist");
  Command copy = command(Operation::copy);
  copy.address = heap_base;
  copy.source = dram_base; // The firmware itself.
  copy.bytes = 64;
  expect_says(refusal(copy), "address outside");
  copy = command(Operation::copy);
  copy.address = copy.source = heap_base;
  copy.bytes = ~uint64_t(0);
  expect_says(refusal(copy), "address outside");
  EXPECT_TRUE(works());
}

TEST_F(BadCommands, LaunchRecordsAreCheckedToo) {
  start("reef1");
  Command launch = command(Operation::launch);
  launch.address = 64;
  expect_says(refusal(launch), "address outside");
  launch = command(Operation::launch);
  launch.address = card->heap.allocate(64).take();
  *card->memory->at<LaunchRecord>(launch.address) = {};
  expect_says(refusal(launch), "launch record");
  EXPECT_TRUE(works());
}

} // namespace
} // namespace landfall::reef
