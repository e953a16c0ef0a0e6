//===- byte_box_test.cpp --------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/byte_box.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <vector>

namespace landfall::sim_kit {
namespace {

constexpr uint64_t memory = 4096;

ByteBox box(int64_t address, uint64_t run, std::vector<Stride> dims) {
  return ByteBox::make(address, run, dims, memory).value();
}

TEST(ByteBox, BytesOutsideTheMemoryAreRefused) {
  auto legal = [](int64_t address, uint64_t run, std::vector<Stride> dims) {
    return ByteBox::make(address, run, dims, memory).has_value();
  };
  EXPECT_TRUE(legal(0, 4096, {}));
  EXPECT_FALSE(legal(1, 4096, {}));
  EXPECT_FALSE(legal(-1, 1, {}));
  EXPECT_TRUE(legal(4095, 1, {{4096, -1}}));
  EXPECT_FALSE(legal(4094, 1, {{4096, -1}}));
  EXPECT_TRUE(legal(92, 4, {{41, 100}}));
  EXPECT_FALSE(legal(93, 4, {{41, 100}}));
  uint64_t most = (uint64_t(1) << 40) - 1;
  EXPECT_FALSE(legal(0, 1, {{most, INT64_MAX}, {most, INT64_MAX}}));
  EXPECT_FALSE(legal(0, ~uint64_t(0), {}));
  EXPECT_TRUE(legal(-5, 4, {{0, 1}})) << "no bytes are nowhere";
}

TEST(ByteBox, RowsWithoutGapsAreOneRun) {
  ByteBox dense = box(64, 4, {{8, 64}, {16, 4}});
  EXPECT_EQ(dense.runs(), 1u);
  EXPECT_EQ(dense.run_bytes(), 8u * 64);
  EXPECT_EQ(dense, box(64, 512, {}));
  EXPECT_EQ(box(64, 4, {{8, 128}, {16, 4}}).runs(), 8u);
  EXPECT_EQ(box(64, 4, {{8, 0}}).runs(), 1u) << "the same bytes again";
}

std::set<uint64_t> bytes_of(int64_t address, uint64_t run,
                            std::span<const Stride> dims) {
  if (!dims.empty()) {
    std::set<uint64_t> bytes;
    for (uint64_t k = 0; k < dims[0].count; ++k)
      bytes.merge(bytes_of(address + k * dims[0].stride, run, dims.subspan(1)));
    return bytes;
  }
  std::set<uint64_t> bytes;
  for (uint64_t k = 0; k < run; ++k)
    bytes.insert(address + k);
  return bytes;
}

TEST(ByteBox, OverlapAgreesWithCountingBytes) {
  std::mt19937 random(3);
  int found = 0;
  for (int round = 0; round < 20000; ++round) {
    ByteBox boxes[2];
    std::set<uint64_t> bytes[2];
    for (int side = 0; side < 2; ++side) {
      std::vector<Stride> dims(random() % 4);
      for (Stride &d : dims)
        d = {uint64_t(random() % 4), int64_t(random() % 41) - 20};
      int64_t address = 200 + int64_t(random() % 60);
      uint64_t run = random() % 6;
      boxes[side] = box(address, run, dims);
      bytes[side] = bytes_of(address, run, dims);
      ASSERT_EQ(boxes[side].empty(), bytes[side].empty()) << round;
    }
    bool expected = false;
    for (uint64_t byte : bytes[0])
      expected |= bytes[1].contains(byte);
    ASSERT_EQ(overlaps(boxes[0], boxes[1]), expected) << round;
    ASSERT_EQ(overlaps(boxes[1], boxes[0]), expected) << round;
    found += expected;
  }
  EXPECT_GT(found, 1000);
  EXPECT_LT(found, 15000);
}

} // namespace
} // namespace landfall::sim_kit
