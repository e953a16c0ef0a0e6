//===- byte_windows_test.cpp - Which window sums are made of words --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_windows.h"
#include "compiler/kernels/windows/window_generator.h"
#include "kernel_analysis/contraction/window_sum_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

using analysis::WindowSumShape;

Machine machine(ByteProducts products) {
  Machine made;
  made.vector.register_bits = 512;
  made.vector.registers = 32;
  made.vector.byte_products = products;
  return made;
}

const Machine by_bytes = machine(ByteProducts::by_bytes);

WindowSumShape image() {
  return {.channels = 40,
          .axes = {{14, 3, 1, 1, 1}, {14, 3, 1, 1, 1}},
          .data = DType::u8,
          .weight = DType::i8,
          .sum = DType::i32};
}

/// What is found, or why nothing is.
struct Found {
  std::optional<ByteWindows> windows;
  std::string reason;
};

Found find(const WindowSumShape &shape, const Machine &on = by_bytes) {
  analysis::WindowSumCase made = make_window_sum(shape, false);
  WindowProblem problem(made.kernel, on,
                        analysis::find_window_sum(made.kernel).take());
  Result<ByteWindows> windows = find_byte_windows(problem);
  if (!windows)
    return {{}, windows.error().message};
  return {windows.take(), ""};
}

TEST(ByteWindows, signedWeightsAreWordsOfFour) {
  EXPECT_EQ(find(image()).windows->steps, 4);
  EXPECT_EQ(find(image(), machine(ByteProducts::by_shorts)).windows->steps, 2);
}

/// They may not fit a byte.
TEST(ByteWindows, otherWeightsAreWordsOfTwo) {
  WindowSumShape shape = image();
  shape.weight_zero = true;
  EXPECT_EQ(find(shape).windows->steps, 2);
  shape = image();
  shape.weight = DType::u8;
  EXPECT_EQ(find(shape).windows->steps, 2);
}

TEST(ByteWindows, dataMayHaveAZeroPoint) {
  WindowSumShape shape = image();
  shape.data = DType::i8;
  shape.data_zero = true;
  Found found = find(shape);
  EXPECT_EQ(found.windows->steps, 4);
  EXPECT_EQ(found.windows->flip(), 0x80);
  EXPECT_NE(found.windows->data.zero, no_node);
}

TEST(ByteWindows, rowsShareWhatTheyLoadIfTapsAreFew) {
  EXPECT_EQ(find(image()).windows->block_rows, 4);
  WindowSumShape apart = image();
  apart.axes[0].stride = 3;
  EXPECT_EQ(find(apart).windows->block_rows, 1);
  WindowSumShape many = image();
  many.axes[0] = {40, 16, 1, 1, 8};
  many.axes[1] = {40, 16, 1, 1, 8};
  EXPECT_EQ(find(many).windows->row_taps, std::nullopt);
}

TEST(ByteWindows, reasons) {
  EXPECT_EQ(find(image(), machine(ByteProducts::none)).reason,
            "the machine has no products of bytes");
  WindowSumShape shape = image();
  shape.result_channels_last = true;
  EXPECT_EQ(find(shape).reason, "its data is not contiguous along the lanes");
  shape = image();
  shape.relu = true;
  EXPECT_EQ(find(shape).reason, "it is no sum of products of bytes");
  shape = image();
  shape.axes[1].dilation = 5;
  EXPECT_EQ(find(shape).reason, "its columns reach too far");
  shape = image();
  shape.axes[1].dilation = -1;
  EXPECT_EQ(find(shape).reason, "its windows are reversed");
  shape = image();
  shape.data_channels_last = true;
  EXPECT_EQ(find(shape).reason, "its data is not contiguous along the lanes");
}

TEST(ByteWindows, channelsMayBeTheLanes) {
  WindowSumShape shape = image();
  shape.data_channels_last = shape.result_channels_last = true;
  EXPECT_EQ(find(shape).windows->steps, 4);
  EXPECT_EQ(find(shape).windows->words(*find(shape).windows->row_taps), 1);
  shape.axes[1].dilation = 5; // Columns are no neighbours in memory anyway.
  EXPECT_TRUE(find(shape).windows);
  shape.axes[1] = {14, 60, 1, 1, 30};
  EXPECT_EQ(find(shape).reason,
            "its windows are too large to hold their weights");
}

TEST(ByteWindows, theGeneratorSaysSo) {
  auto record = [&](const WindowSumShape &shape) {
    analysis::WindowSumCase made = make_window_sum(shape);
    return window_generator(made.kernel, by_bytes, {}).record;
  };
  EXPECT_EQ(record(image()).generator, "byte_windows");
  WindowSumShape far = image();
  far.axes[1].stride = 9;
  EXPECT_EQ(record(far).generator, "windows or loops");
  EXPECT_EQ(
      record(far).refusals,
      (std::vector<Refusal>{{"byte_windows", "its columns reach too far"}}));
}

} // namespace
} // namespace landfall::kernels
