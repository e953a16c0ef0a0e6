//===- window_generator_test.cpp - Which maps have channels as lanes ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_generator.h"
#include "compiler/kernels/windows/window_problem.h"
#include "kernel_analysis/contraction/window_sum_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

using analysis::WindowSumShape;

const Machine machine;

WindowSumShape image() {
  return {.channels = 40,
          .axes = {{14, 5, 1, 1, 2}, {14, 5, 1, 1, 2}},
          .bias = true};
}

std::string generator(const WindowSumShape &shape, const Machine &on) {
  analysis::WindowSumCase made = make_window_sum(shape);
  return window_generator(made.kernel, on, {}).record.generator;
}

WindowProblem problem(const analysis::WindowSumCase &made) {
  return {made.kernel, machine, analysis::find_window_sum(made.kernel).take()};
}

TEST(WindowGenerator, sizesChoose) {
  EXPECT_EQ(generator(image(), machine), "windows or loops");
}

TEST(WindowGenerator, channelsThatAreInnermostAreLanes) {
  WindowSumShape shape = image();
  shape.result_channels_last = true;
  EXPECT_EQ(generator(shape, machine), "windows");
  shape.axes[0].dilation = 36; // Nearly all that is copied is unused.
  EXPECT_EQ(generator(shape, machine), "windows or loops");
}

WindowSumShape pool() {
  return {.channels = 40,
          .axes = {{14, 3, 2, 1, 1}, {14, 3, 2, 1, 1}},
          .weights = false,
          .join = ScalarOp::max};
}

TEST(WindowGenerator, poolsOfWideElementsAreWindows) {
  EXPECT_EQ(generator(pool(), machine), "windows or loops");
  WindowSumShape narrow = pool();
  narrow.data = narrow.sum = DType::u8;
  EXPECT_EQ(generator(narrow, machine), "loops");
}

TEST(WindowGenerator, otherMapsAreLoops) {
  Kernel map = add_relu_kernel();
  EXPECT_EQ(window_generator(map, machine, {}).record.generator, "loops");
}

TEST(WindowGenerator, oneLaneIsLoops) {
  Machine scalar;
  scalar.vector.register_bits = 32;
  EXPECT_EQ(generator(image(), scalar), "loops");
}

TEST(WindowProblem, rowsJoinUnlessTheEpilogueTellsThemApart) {
  EXPECT_TRUE(problem(make_window_sum(image())).rows_join);
  WindowSumShape with_residual = image();
  with_residual.residual = true; // At the result's own index.
  EXPECT_TRUE(problem(make_window_sum(with_residual)).rows_join);
  analysis::WindowSumCase made = make_window_sum(image());
  for (Node &node : made.kernel.nodes) // The bias is that of the row.
    if (node.kind == NodeKind::load && node.index == 2)
      node.args[0] = made.kernel.body.params[2];
  EXPECT_FALSE(problem(made).rows_join);
}

/// Means are divided by how many elements a window has at its place.
TEST(WindowProblem, whatTellsPlacesApartIsComputedForAllChannels) {
  WindowSumShape means = pool();
  analysis::WindowSumCase plain = make_window_sum(means);
  EXPECT_EQ(problem(plain).turned, problem(plain).sum.fold);
  means.by_place = true;
  analysis::WindowSumCase made = make_window_sum(means);
  EXPECT_EQ(problem(made).turned, made.kernel.body.yields[0]);
  EXPECT_TRUE(problem(made).rows_join);
  means.bias = true; // Known by the channel.
  analysis::WindowSumCase biased = make_window_sum(means);
  EXPECT_EQ(problem(biased).turned, problem(biased).sum.fold);
}

TEST(WindowProblem, readsAlongWhatIsContiguous) {
  WindowProblem channels_first = problem(make_window_sum(image()));
  EXPECT_TRUE(channels_first.transposes_data);
  EXPECT_TRUE(channels_first.transposes_weights);
  EXPECT_FALSE(channels_first.channels_last);
  WindowSumShape shape = image();
  shape.data_channels_last = shape.weight_channels_last = true;
  shape.result_channels_last = true;
  WindowProblem channels_last = problem(make_window_sum(shape));
  EXPECT_FALSE(channels_last.transposes_data);
  EXPECT_FALSE(channels_last.transposes_weights);
  EXPECT_TRUE(channels_last.channels_last);
}

/// Three dimensions: depth is an outer axis.
TEST(WindowProblem, theLastTwoLoopsAreRowsAndColumns) {
  WindowSumShape shape = image();
  shape.axes.insert(shape.axes.begin(), {9, 3});
  WindowProblem depth = problem(make_window_sum(shape));
  EXPECT_EQ(depth.row.loop, 3u);
  EXPECT_EQ(depth.column.loop, 4u);
  EXPECT_EQ(depth.outer_loops(), (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(depth.outer_taps().size(), 1u);
}

} // namespace
} // namespace landfall::kernels
