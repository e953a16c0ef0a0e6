//===- window_sum_test.cpp - Weighted sums of windows, by channel ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/window_sum.h"
#include "kernel_analysis/contraction/window_sum_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

WindowSumShape image(WindowAxisShape rows, WindowAxisShape columns) {
  return {.batch = 2, .channels = 5, .axes = {rows, columns}};
}

WindowSum found(const Kernel &kernel) {
  Result<WindowSum> sum = find_window_sum(kernel);
  EXPECT_TRUE(sum) << (sum ? "" : sum.error().message);
  return sum ? sum.take() : WindowSum();
}

std::string refusal(const Kernel &kernel) {
  Result<WindowSum> sum = find_window_sum(kernel);
  return sum ? "" : sum.error().message;
}

TEST(WindowSum, findsChannelsAxesAndSteps) {
  WindowSumShape shape =
      image({9, 3, 2, 1, 1}, {9, 3, 1, 2, 2}); // Stride, dilation.
  WindowSum sum = found(make_window_sum(shape).kernel);
  EXPECT_EQ(sum.channel, 1u);
  ASSERT_EQ(sum.axes.size(), 3u);
  EXPECT_EQ(sum.axes[0].loop, 0u); // The batch: no tap.
  EXPECT_FALSE(sum.axes[0].tap);
  EXPECT_EQ(sum.axes[1].loop, 2u);
  EXPECT_EQ(sum.axes[1].tap, 0u);
  EXPECT_EQ(sum.axes[1].stride, 2);
  EXPECT_EQ(sum.axes[2].dilation, 2);
  ASSERT_EQ(sum.data.loads.size(), 1u);
  ASSERT_TRUE(sum.data.loads[0].conditions);
  EXPECT_EQ(sum.data.loads[0].conditions->size(), 4u);
  EXPECT_FALSE(sum.weight.loads[0].guarded);
}

TEST(WindowSum, channelsMayBeInnermost) {
  WindowSumShape shape = image({9, 3}, {9, 3});
  shape.result_channels_last = shape.data_channels_last = true;
  EXPECT_EQ(found(make_window_sum(shape).kernel).channel, 3u);
}

TEST(WindowSum, oneTapOfAnAxisIsNoTap) {
  WindowSumShape shape = image({20, 4}, {1, 1});
  WindowSum sum = found(make_window_sum(shape, false).kernel);
  EXPECT_EQ(sum.taps.size(), 1u);
  EXPECT_EQ(sum.axes.size(), 2u);
}

TEST(WindowSum, tapsMayGoBackwards) {
  WindowSumShape shape = image({9, 3}, {9, 3, 1, -1});
  EXPECT_EQ(found(make_window_sum(shape).kernel).axes[2].dilation, -1);
}

TEST(WindowSum, strideAndDilationLeaveGaps) {
  WindowSumShape shape = image({9, 3}, {19, 3, 2, 3});
  EXPECT_EQ(refusal(make_window_sum(shape).kernel),
            "a window has both a stride and a dilation");
}

TEST(WindowSum, oneChannelIsNone) {
  WindowSumShape shape = image({9, 3}, {9, 3});
  shape.channels = 1;
  EXPECT_EQ(refusal(make_window_sum(shape, false).kernel),
            "no factor depends on one result loop alone, the channel");
}

TEST(WindowSum, otherMapsAreNone) {
  EXPECT_EQ(refusal(add_relu_kernel()), "it has no sum");
  EXPECT_EQ(refusal(matmul_kernel()), "it is not a map");
}

/// A product of terms instead of their sum.
TEST(WindowSum, otherFoldsAreNone) {
  Kernel kernel = make_window_sum(image({9, 3}, {9, 3})).kernel;
  for (Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && node.op == ScalarOp::add &&
        node.type == DType::f32)
      node.op = ScalarOp::mul;
  EXPECT_EQ(refusal(kernel), "it is no sum");
}

WindowSumShape pool(WindowAxisShape rows, WindowAxisShape columns) {
  WindowSumShape shape = image(rows, columns);
  shape.weights = false;
  shape.join = ScalarOp::max;
  return shape;
}

TEST(WindowSum, poolsHaveNoWeights) {
  WindowSum sum =
      found(make_window_sum(pool({9, 3, 2, 1, 1}, {9, 3, 2, 1, 1})).kernel);
  EXPECT_FALSE(sum.has_weights());
  EXPECT_EQ(sum.join, ScalarOp::max);
  EXPECT_EQ(sum.channel, 1u);
  ASSERT_EQ(sum.axes.size(), 3u);
  EXPECT_EQ(sum.axes[2].stride, 2);
}

TEST(WindowSum, poolsThatLoopsReadWellAreNone) {
  EXPECT_EQ(refusal(make_window_sum(pool({9, 3}, {9, 3})).kernel),
            "without weights or edges, its windows are read in place");
  EXPECT_EQ(
      refusal(make_window_sum(pool({9, 3, 1, 1, 1}, {9, 1}), false).kernel),
      "without weights, its windows do not move along rows");
  WindowSumShape shape = pool({9, 3, 1, 1, 1}, {9, 3, 1, 1, 1});
  shape.data_channels_last = shape.result_channels_last = true;
  EXPECT_EQ(refusal(make_window_sum(shape).kernel),
            "without weights, its windows do not move along rows");
}

/// The data has an index that no position determines.
TEST(WindowSum, dataThatKnowsItsTapIsNone) {
  Kernel kernel =
      make_window_sum(image({9, 3, 1, 1, 1}, {9, 3, 1, 1, 1})).kernel;
  for (Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && node.op == ScalarOp::le)
      node.args[0] = kernel.body.params[3]; // A column, not 0.
  EXPECT_EQ(refusal(kernel),
            "the data depends on more than a window's position");
}

} // namespace
} // namespace landfall::analysis
