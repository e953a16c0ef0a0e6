//===- queue_test.cpp - What every queue checks and keeps -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel_for_test.h"
#include "runtime/device.h"

#include <gtest/gtest.h>

namespace landfall::runtime {
namespace {

/// Notes what reaches the driver; `next` is what it answers.
class Recorder : public Queue {
public:
  std::string calls;
  Status next;

protected:
  Status answer(const char *call) {
    calls += call;
    return std::exchange(next, Status());
  }
  Status do_write(DeviceSpan, const void *, size_t) override {
    return answer("w");
  }
  Status do_read(void *, DeviceSpan, size_t) override { return answer("r"); }
  Status do_copy(DeviceSpan, DeviceSpan, size_t) override {
    return answer("c");
  }
  Status do_launch(const Executable &, uint32_t, std::span<const DeviceSpan>,
                   std::span<const int64_t>) override {
    return answer("l");
  }
  Status do_wait(Event) override { return answer("."); }
  Result<Event> do_record() override { return Event(1); }
  Status do_finish() override { return answer("f"); }
};

Error broken(const char *what) { return {ErrorCode::device, what}; }

struct QueueTest : testing::Test {
  Recorder queue;
  uint64_t buffer = 0;
  DeviceSpan span = {{1, 8}, 0};
};

TEST_F(QueueTest, handsLegalWorkToTheDriver) {
  EXPECT_TRUE(queue.write(span, &buffer, 8).ok());
  EXPECT_TRUE(queue.copy(span, span, 8).ok());
  EXPECT_TRUE(queue.read(&buffer, span, 8).ok());
  EXPECT_TRUE(queue.wait(1).ok());
  EXPECT_TRUE(queue.finish().ok());
  EXPECT_EQ(queue.calls, "wcr.f");
}

TEST_F(QueueTest, stopsWhatReachesOutsideItsMemory) {
  // One byte too many; behind the end; so far that the sum wraps around.
  EXPECT_FALSE(queue.write(span, &buffer, 9).ok());
  (void)queue.finish();
  EXPECT_FALSE(queue.read(&buffer, {{1, 8}, 9}, 0).ok());
  (void)queue.finish();
  EXPECT_FALSE(queue.copy(span, {{1, 8}, 4}, ~size_t(0)).ok());
  (void)queue.finish();
  EXPECT_EQ(queue.calls, "fff");
}

TEST_F(QueueTest, stopsLaunchesThatDoNotFitTheKernel) {
  std::vector<Kernel> kernels = {add_relu_kernel()};
  Executable code(kernels);
  std::vector<DeviceSpan> operands(3, span);
  int64_t size = 2;
  EXPECT_TRUE(queue.launch(code, 0, operands, {&size, 1}).ok());
  EXPECT_EQ(queue.calls, "l");
  EXPECT_FALSE(queue.launch(code, 1, operands, {&size, 1}).ok());
  (void)queue.finish();
  EXPECT_FALSE(queue.launch(code, 0, {operands.data(), 2}, {&size, 1}).ok());
  (void)queue.finish();
  EXPECT_FALSE(queue.launch(code, 0, operands, {}).ok());
  EXPECT_EQ(queue.calls, "lff");
}

TEST_F(QueueTest, skipsEverythingBehindAFailureUntilFinish) {
  queue.next = broken("first");
  EXPECT_FALSE(queue.copy(span, span, 8).ok());
  EXPECT_FALSE(queue.write(span, &buffer, 8).ok());
  EXPECT_FALSE(queue.wait(0).ok());
  EXPECT_TRUE(queue.record().ok()); // Events are of work, failed or not.
  EXPECT_EQ(queue.finish().error().message, "first");
  EXPECT_EQ(queue.calls, "cf");
  EXPECT_TRUE(queue.write(span, &buffer, 8).ok());
}

TEST_F(QueueTest, finishTellsTheFirstFailureOnce) {
  queue.next = broken("found while waiting");
  EXPECT_FALSE(queue.wait(1).ok());
  queue.next = broken("later");
  EXPECT_EQ(queue.finish().error().message, "found while waiting");
  EXPECT_TRUE(queue.finish().ok());
  queue.next = broken("in finish");
  EXPECT_EQ(queue.finish().error().message, "in finish");
}

} // namespace
} // namespace landfall::runtime
