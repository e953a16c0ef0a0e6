//===- byte_channels_test.cpp - How windows with channels as lanes are cut ===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Sums are compared with the interpreter in compiler/native/suite; here: how
// many tasks there are, and what memory they need.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_channels.h"

#include "compiler/kernels/frame/frame_for_test.h"
#include "kernel_analysis/contraction/window_sum_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

using analysis::WindowSumShape;

Machine machine() {
  Machine made;
  made.vector.register_bits = 512;
  made.vector.registers = 32;
  made.vector.byte_products = ByteProducts::by_bytes;
  return made;
}

const Machine by_bytes = machine();

WindowSumShape image(int64_t rows, int64_t columns, int64_t channels) {
  return {.channels = channels,
          .axes = {{rows, 3, 1, 1, 1}, {columns, 3, 1, 1, 1}},
          .data_channels_last = true,
          .result_channels_last = true,
          .data = DType::u8,
          .weight = DType::i8,
          .sum = DType::i32};
}

struct Cut {
  int64_t tasks, bytes;
};

/// `channels`: those of the launch, if they are not the ones of the shape.
Cut cut(const WindowSumShape &shape,
        std::optional<int64_t> channels = std::nullopt) {
  analysis::WindowSumCase made = make_window_sum(shape, false);
  WindowProblem problem(made.kernel, by_bytes,
                        analysis::find_window_sum(made.kernel).take());
  Result<ByteWindows> found = find_byte_windows(problem);
  EXPECT_TRUE(found) << found.error().message;
  ByteWindows windows = found.take();
  auto generator =
      byte_channels_generator(std::move(problem), std::move(windows), nullptr);
  for (int64_t &size : made.sizes)
    if (size == shape.channels)
      size = channels.value_or(size);
  FrameForTest frame(made.kernel, by_bytes, made.sizes);
  TaskGenerator::Plan plan = generator->plan(frame);
  return {frame.number(plan.tasks), frame.number(plan.scratch_bytes)};
}

TEST(ByteChannels, tasksGrowWithTheWork) {
  int64_t one = cut(image(112, 112, 64)).tasks;
  EXPECT_GT(one, 4);
  int64_t sixteen = cut(image(16 * 112, 112, 64)).tasks;
  EXPECT_GE(sixteen, 12 * one);
  EXPECT_LE(sixteen, 20 * one);
}

TEST(ByteChannels, memoryIsOfARowOfAVector) {
  int64_t row = cut(image(14, 112, 64)).bytes;
  EXPECT_EQ(cut(image(16 * 14, 112, 64)).bytes, row);
  EXPECT_EQ(cut(image(14, 112, 16 * 64)).bytes, row);
  EXPECT_LE(cut(image(14, 16 * 112, 64)).bytes, 16 * row);
  // A word for each column, and what the last window reads beyond.
  EXPECT_LT(row, (112 + 8) * 64 + 256);
}

TEST(ByteChannels, smallAndPrimeSizes) {
  EXPECT_EQ(cut(image(7, 7, 64), 0).tasks, 0);
  EXPECT_EQ(cut(image(7, 7, 64), 1).tasks, 1);
  EXPECT_EQ(cut(image(7, 7, 64), 17).tasks, 1);
  // Five tiles of 20 rows by two vectors.
  EXPECT_EQ(cut(image(97, 101, 31)).tasks, 10);
}

} // namespace
} // namespace landfall::kernels
