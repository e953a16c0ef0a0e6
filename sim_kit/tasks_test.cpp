//===- tasks_test.cpp -----------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/tasks.h"

#include <cstring>
#include <gtest/gtest.h>

namespace landfall::sim_kit {
namespace {

/// Two memories of 64 and 256 bytes.
class Tasks : public testing::Test {
protected:
  template <typename Task> Footprint footprint(const Task &task) {
    Footprint bytes(spaces);
    make_task(task, memories, {})->footprint(bytes);
    return bytes;
  }
  template <typename Task> Traffic execute(const Task &task) {
    Traffic moved;
    make_task(task, memories, [&](uint64_t start, const Traffic &traffic) {
      moved = traffic;
      return Timing{start, start};
    })->execute(0);
    return moved;
  }

  std::vector<MemorySpace> spaces = {{"small", 64, 1}, {"large", 256, 1}};
  alignas(8) uint8_t small[64] = {};
  alignas(8) uint8_t large[256] = {};
  uint8_t *memories[2] = {small, large};
};

CopyTask padded_copy() {
  CopyTask task;
  task.to = {0, 16};
  task.from = {1, 8};
  task.element_bytes = 1;
  // Rows of 3 bytes, 8 apart; a row and a byte of zeros before them.
  task.loops = {{Loop{2, {4, 8}, 1, 0}, Loop{3, {1, 1}, 1, 0}}, 2};
  return task;
}

TEST_F(Tasks, ACopyWritesItsPaddingButReadsNone) {
  Footprint bytes = footprint(padded_copy());
  ASSERT_EQ(bytes.accesses().size(), 2u);
  const Footprint::Access &to = bytes.accesses()[0];
  EXPECT_TRUE(to.is_write);
  EXPECT_EQ(to.space, 0u);
  EXPECT_EQ(to.bytes.begin(), 16u);
  EXPECT_EQ(to.bytes.end(), 28u);
  const Footprint::Access &from = bytes.accesses()[1];
  EXPECT_EQ(from.bytes.begin(), 8u);
  EXPECT_EQ(from.bytes.end(), 19u);
  EXPECT_EQ(from.bytes.runs(), 2u);
}

TEST_F(Tasks, TrafficIsThatOfTheTimedEnd) {
  std::memset(small, 9, sizeof(small));
  for (int k = 0; k < 16; ++k)
    large[8 + k] = uint8_t(k + 1);
  CopyTask task = padded_copy();
  task.timed = 1;
  Traffic moved = execute(task);
  EXPECT_EQ(moved.runs, 3u) << "with the row of padding";
  EXPECT_EQ(moved.run_bytes, 4u);
  EXPECT_EQ(moved.bytes, 6u);
  std::vector<uint8_t> expected = {0, 0, 0, 0, 0, 1, 2, 3, 0, 9, 10, 11, 9};
  EXPECT_EQ(std::vector(small + 16, small + 29), expected);
}

TEST_F(Tasks, AConstantHasNoSource) {
  CopyTask task = padded_copy();
  task.constant = 7;
  EXPECT_EQ(footprint(task).accesses().size(), 1u);
}

TEST_F(Tasks, AGatherReadsWhereItsIndicesPoint) {
  int32_t indices[] = {5, 2};
  std::memcpy(small, indices, sizeof(indices));
  large[20 + 5 * 4] = 50;
  large[20 + 2 * 4 + 1] = 21;
  GatherTask task = {{0, 32}, {1, 20}, {0, 0}, 2, 2, 4};
  Footprint bytes = footprint(task);
  ASSERT_EQ(bytes.accesses().size(), 3u);
  EXPECT_EQ(bytes.accesses()[2].bytes.begin(), 28u);
  EXPECT_EQ(bytes.accesses()[2].bytes.end(), 42u);
  execute(task);
  EXPECT_EQ(std::vector(small + 32, small + 36),
            (std::vector<uint8_t>{50, 0, 0, 21}));
  indices[0] = 60;
  std::memcpy(small, indices, sizeof(indices));
  EXPECT_EQ(footprint(task).outside(), 1u);
  task.indices.offset = 60;
  EXPECT_EQ(footprint(task).outside(), 0u) << "there are no indices";
}

TEST_F(Tasks, AReductionWritesOneElementARow) {
  ElementTask task;
  task.operation = {ScalarOp::max, DType::i32, DType::i32};
  task.is_reduction = true;
  task.space = 1;
  task.places = {128, 0};
  task.loops = {{Loop{2, {4, 16}}, Loop{3, {99, 4}}}, 2};
  Footprint bytes = footprint(task);
  ASSERT_EQ(bytes.accesses().size(), 2u);
  EXPECT_EQ(bytes.accesses()[0].bytes.end(), 16u + 12);
  EXPECT_EQ(bytes.accesses()[1].bytes.end(), 136u);
  int32_t rows[8] = {1, 5, 2, 0, -4, -3, -9, 0};
  std::memcpy(large, rows, sizeof(rows));
  execute(task);
  int32_t found[2];
  std::memcpy(found, large + 128, sizeof(found));
  EXPECT_EQ(found[0], 5);
  EXPECT_EQ(found[1], -3);
}

TEST_F(Tasks, ARampCounts) {
  execute(RampTask{{0, 8}, 10, -3, 3});
  int32_t found[3];
  std::memcpy(found, small + 8, sizeof(found));
  EXPECT_EQ(std::vector(found, found + 3), (std::vector<int32_t>{10, 7, 4}));
  EXPECT_EQ(footprint(RampTask{{0, 56}, 0, 1, 3}).outside(), 0u);
}

TEST_F(Tasks, AProductTouchesDenseRows) {
  ProductTask task;
  task.product.rows = 2;
  task.product.columns = 3;
  task.product.depth = 4;
  task.product.left = {DType::u8, nullptr, 8};
  task.product.right = {DType::u8, nullptr, 4};
  task.product.sums = {DType::i32, nullptr, 16};
  task.left = {0, 0};
  task.right = {0, 16};
  task.sums = {1, 64};
  Footprint bytes = footprint(task);
  EXPECT_EQ(bytes.accesses()[0].bytes.end(), 12u);
  EXPECT_EQ(bytes.accesses()[1].bytes.end(), 16u + 15);
  EXPECT_EQ(bytes.accesses()[2].bytes.end(), 64u + 16 + 12);
  std::memset(small, 2, sizeof(small));
  execute(task);
  int32_t sum;
  std::memcpy(&sum, large + 64 + 16 + 8, sizeof(sum));
  EXPECT_EQ(sum, 16);
}

} // namespace
} // namespace landfall::sim_kit
