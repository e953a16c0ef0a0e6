//===- card_for_test.h - A card with misbehaving kernels -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only: what the device interface hides.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/package_for_test.h"
#include "targets/reef/driver/reef_queue.h"

namespace landfall::reef {

/// The kernel after those of runtime/package_for_test.h: operand 0 holds what
/// it does (test/fixture_kernels.cpp), size 0 its tasks, size 1 its scratch.
inline constexpr uint32_t mischief = 4;
enum Mischief : int64_t {
  fill_scratch = 0,
  read_address = 1, ///< Which is in the next element.
  no_instruction = 2,
  endless = 3,
  read_too_early = 4,
  wait_then_read = 5,
};

class CardTest : public testing::Test {
protected:
  void start(const std::string &chip,
             const runtime::DeviceOptions &options = {}) {
    start(chip_format.find(chip).take(), options);
  }
  void start(ChipDescription chip, const runtime::DeviceOptions &options) {
    auto made = ReefCard::create(std::move(chip), options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    card = made.take();
    package = runtime::test_package({});
    KernelMaker k("mischief", KernelClass::loops);
    k.kernel.size_count = 2;
    k.kernel.operands.resize(2);
    k.kernel.origins = {{"mischief_node", false, "Test"}};
    package.kernels.push_back(std::move(k.kernel));
    auto loaded = ReefExecutable::load(card, package);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    code = loaded.take();
    queue = ReefQueue::create(card).take();
    what = {card->heap.allocate(16).take(), 16};
    result = {card->heap.allocate(16).take(), 16};
  }

  Status misbehave(Mischief kind, int64_t number = 0, int64_t scratch = 0,
                   int64_t tasks = 1) {
    const int64_t values[] = {kind, number};
    Status status = queue->write({what}, values, 16);
    if (!status)
      return status;
    const runtime::DeviceSpan operands[] = {{what}, {result}};
    const int64_t sizes[] = {tasks, scratch};
    return queue->launch(*code, mischief, operands, sizes);
  }
  std::string failure() {
    Status status = queue->finish();
    return status.ok() ? "no failure" : render(status.error());
  }
  bool works() {
    float x[] = {1, 2};
    const runtime::DeviceSpan operands[] = {{what}, {result}};
    const int64_t size = 2;
    return queue->write({what}, x, 8).ok() &&
           queue->launch(*code, runtime::increment, operands, {&size, 1})
               .ok() &&
           queue->read(x, {result}, 8).ok() && x[1] == 3 &&
           queue->finish().ok();
  }
  uint64_t heartbeat() {
    return *static_cast<volatile uint64_t *>(
        &card->memory->at<Control>(control_base)->heartbeat);
  }

  Package package;
  std::shared_ptr<ReefCard> card;
  std::unique_ptr<runtime::Executable> code;
  std::unique_ptr<runtime::Queue> queue;
  runtime::DeviceMemory what, result;
};

/// Expects a part of a message.
inline void expect_says(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

} // namespace landfall::reef
