//===- memory_pool_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/memory_pool.h"

#include <gtest/gtest.h>

namespace landfall::runtime {
namespace {

/// Counts what it hands out; has no memory behind it.
class CountingDevice : public Device {
public:
  DeviceDescription describe() const override { return {}; }
  Result<DeviceMemory> allocate(size_t bytes) override {
    if (live_bytes + bytes > capacity)
      return Error{ErrorCode::out_of_memory, "full"};
    ++allocations;
    live_bytes += bytes;
    return DeviceMemory{allocations, bytes};
  }
  void release(DeviceMemory memory) override { live_bytes -= memory.bytes; }
  void *host_address(DeviceMemory) override { return nullptr; }
  Result<DeviceMemory> wrap(const void *, size_t) override {
    return Error{ErrorCode::unsupported, ""};
  }
  Result<std::unique_ptr<Queue>> create_queue() override {
    return Error{ErrorCode::unsupported, ""};
  }
  Result<std::unique_ptr<Executable>> do_load(const Package &) override {
    return Error{ErrorCode::unsupported, ""};
  }

  size_t allocations = 0;
  size_t live_bytes = 0;
  size_t capacity = 1 << 30;
};

struct MemoryPoolTest : testing::Test {
  std::shared_ptr<CountingDevice> device = std::make_shared<CountingDevice>();
  std::shared_ptr<MemoryPool> pool = std::make_shared<MemoryPool>(device);
};

TEST_F(MemoryPoolTest, UsesMemoryAgain) {
  for (int run = 0; run < 10; ++run) {
    auto a = pool->allocate(1000 + run), b = pool->allocate(70000 - run);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_GE((*a)->memory().bytes, 1000u + run);
    EXPECT_LE((*b)->memory().bytes, 70000u * 9 / 8);
  }
  EXPECT_EQ(device->allocations, 2u);
}

TEST_F(MemoryPoolTest, ForgetsSizesThatAreNoLongerUsed) {
  for (size_t bytes : {1 << 20, 2 << 20, 3 << 20, 1000, 1000, 1000}) {
    ASSERT_TRUE(pool->allocate(bytes).ok());
    pool->trim();
  }
  EXPECT_LE(device->live_bytes, 2048u);
}

TEST_F(MemoryPoolTest, AllocationsOutliveTheirPoolAndRelease) {
  auto kept = pool->allocate(500).take();
  pool.reset();
  EXPECT_GT(device->live_bytes, 0u);
  kept.reset();
  EXPECT_EQ(device->live_bytes, 0u);
}

TEST_F(MemoryPoolTest, PassesOnThatMemoryIsShort) {
  device->capacity = 1000;
  auto none = pool->allocate(1 << 20);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::out_of_memory);
  {
    auto some = pool->allocate(900);
  }
  EXPECT_FALSE(pool->allocate(500).ok()) << "the unused bytes are in the way";
  pool->release_unused();
  EXPECT_TRUE(pool->allocate(500).ok());
}

} // namespace
} // namespace landfall::runtime
