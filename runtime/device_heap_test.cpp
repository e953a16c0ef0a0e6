//===- device_heap_test.cpp - Ranges of a device's memory -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device_heap.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace landfall::runtime {
namespace {

constexpr uint64_t begin = 0x8000, end = 0x8000 + 64 * 1024;

TEST(DeviceHeap, lowestFirstAndAligned) {
  DeviceHeap heap(begin, end);
  EXPECT_EQ(*heap.allocate(1), begin);
  EXPECT_EQ(*heap.allocate(65), begin + 64);
  EXPECT_EQ(*heap.allocate(64, 4096), begin + 4096);
  // What the alignment left free is still there.
  EXPECT_EQ(*heap.allocate(64), begin + 192);
}

TEST(DeviceHeap, nothingTakesRoomToo) {
  DeviceHeap heap(begin, end);
  uint64_t first = *heap.allocate(0), second = *heap.allocate(0);
  EXPECT_NE(first, second);
}

TEST(DeviceHeap, tellsWhatIsLeft) {
  DeviceHeap heap(begin, end);
  ASSERT_TRUE(heap.allocate(40 * 1024).ok());
  auto failed = heap.allocate(40 * 1024);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::out_of_memory);
  EXPECT_NE(failed.error().message.find("24576 are free"), std::string::npos)
      << failed.error().message;
  EXPECT_FALSE(heap.allocate(UINT64_MAX).ok());
  EXPECT_TRUE(heap.allocate(24 * 1024).ok());
}

TEST(DeviceHeap, neighboursJoinAgain) {
  DeviceHeap heap(begin, end);
  std::mt19937 random(1);
  std::vector<std::pair<uint64_t, uint64_t>> held; // Address, bytes.
  for (int turn = 0; turn < 2000; ++turn) {
    if (held.empty() || random() % 2) {
      uint64_t bytes = 1 + random() % 3000;
      if (auto address = heap.allocate(bytes); address.ok()) {
        for (auto [other, size] : held)
          EXPECT_TRUE(*address + bytes <= other || other + size <= *address);
        EXPECT_TRUE(*address >= begin && *address + bytes <= end);
        held.emplace_back(*address, bytes);
      }
    } else {
      size_t which = random() % held.size();
      heap.release(held[which].first);
      held.erase(held.begin() + std::ptrdiff_t(which));
    }
  }
  for (auto [address, bytes] : held)
    heap.release(address);
  heap.release(begin + 1); // Nobody's: nothing happens.
  EXPECT_EQ(*heap.allocate(end - begin), begin);
}

} // namespace
} // namespace landfall::runtime
