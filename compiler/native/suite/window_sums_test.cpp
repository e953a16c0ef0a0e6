//===- window_sums_test.cpp - Depthwise convolutions and pools ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small integers, so that sums are exact in every type and the
// order of summation does not show.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"
#include "kernel_analysis/contraction/window_sum_for_test.h"

#include <gtest/gtest.h>

namespace landfall::native {
namespace {

using analysis::WindowAxisShape;
using analysis::WindowSumShape;

class RandomWindows {
public:
  explicit RandomWindows(unsigned seed) : random_(seed) {}

  Case operator()(const WindowSumShape &shape) {
    analysis::WindowSumCase made = make_window_sum(shape, coin());
    Case test{std::move(made.kernel), {}, {}};
    // Sums of integers are exact anyway, and so are extremes.
    test.launches = {is_integer(shape.sum) || shape.join != ScalarOp::add
                         ? random_launch(test.kernel, made.sizes, random_, true)
                         : whole_numbers(test.kernel, made.sizes, random_)};
    return test;
  }
  WindowSumShape shape() {
    WindowSumShape shape;
    shape.batch = one_of({1, 1, 2, 3});
    shape.channels = one_of({1, 2, 3, 7, 8, 15, 16, 17, 33, 40});
    size_t rank = size_t(one_of({1, 1, 2, 2, 2, 3}));
    for (size_t k = 0; k < rank; ++k)
      shape.axes.push_back(axis(rank));
    shape.data_channels_last = coin();
    shape.result_channels_last = coin();
    shape.weight_channels_last = coin();
    shape.relu = coin();
    shape.residual = coin();
    shape.bias = coin();
    choose_types(shape);
    return shape;
  }
  /// Without weights, mostly with columns innermost and padding.
  WindowSumShape pool() {
    WindowSumShape made = shape();
    made.weights = false;
    made.join = one_of({0, 1, 1}) == 0 ? ScalarOp::add
                : coin()               ? ScalarOp::max
                                       : ScalarOp::min;
    made.data_channels_last = !one_of({0, 1, 1, 1, 1, 1});
    made.result_channels_last = !one_of({0, 1, 1, 1, 1, 1});
    made.by_place = coin();
    for (WindowAxisShape &axis : made.axes)
      if (axis.taps > 1)
        axis.pad = one_of({0, 1, axis.taps / 2});
    if (made.data == DType::u8)
      made.data = made.sum;
    return made;
  }
  /// Of bytes, mostly with columns innermost.
  WindowSumShape bytes() {
    WindowSumShape made = shape();
    made.sum = DType::i32;
    made.data = coin() ? DType::u8 : DType::i8;
    made.weight = one_of({0, 1, 1}) ? DType::i8 : DType::u8;
    made.data_zero = coin();
    made.weight_zero = !one_of({0, 1, 1});
    made.relu = !one_of({0, 1, 1, 1, 1, 1});
    made.data_channels_last = !one_of({0, 1, 1, 1, 1, 1});
    made.result_channels_last = !one_of({0, 1, 1, 1, 1, 1});
    for (WindowAxisShape &axis : made.axes)
      axis.dilation = std::abs(axis.dilation);
    return made;
  }

private:
  bool coin() { return random_() % 2 != 0; }
  int64_t one_of(std::initializer_list<int64_t> values) {
    return values.begin()[random_() % values.size()];
  }
  WindowAxisShape axis(size_t rank) {
    WindowAxisShape axis;
    axis.input = one_of({0, 1, 2, 5, 7, 13, 17});
    if (rank < 3)
      axis.input = one_of({axis.input, 16, 31, 56, rank == 1 ? 700 : 20});
    axis.taps = one_of({0, 1, 2, 3, 3, 4, 7, rank == 1 ? 31 : 5});
    axis.pad = one_of({0, 0, axis.taps / 2, 1});
    if (coin())
      axis.stride = one_of({1, 2, 3});
    else
      axis.dilation = one_of({1, 2, -1, -2});
    return axis;
  }
  void choose_types(WindowSumShape &shape) {
    switch (random_() % 8) {
    case 0:
      shape.data = shape.weight = shape.sum = DType::f64;
      break;
    case 1:
      shape.data = shape.weight = shape.sum = DType::i64;
      break;
    case 2:
      shape.data = DType::u8, shape.weight = DType::i8, shape.sum = DType::i32;
      break;
    case 3:
      shape.data = shape.weight = DType::f16;
      break;
    }
  }

  std::mt19937 random_;
};

TEST(WindowSums, randomOnes) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    RandomWindows make(seed);
    std::vector<Case> cases;
    for (int k = 0; k < 14; ++k)
      cases.push_back(make(make.shape()));
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

TEST(WindowSums, randomPools) {
  for (unsigned seed = 20; seed < 24; ++seed) {
    RandomWindows make(seed);
    std::vector<Case> cases;
    for (int k = 0; k < 14; ++k)
      cases.push_back(make(make.pool()));
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

TEST(WindowSums, randomOnesOfBytes) {
  for (unsigned seed = 10; seed < 13; ++seed) {
    RandomWindows make(seed);
    std::vector<Case> cases;
    for (int k = 0; k < 14; ++k)
      cases.push_back(make(make.bytes()));
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

/// Tiles that are whole rows, parts of one row, several items of a task.
TEST(WindowSums, largeOnes) {
  if (is_simulated)
    GTEST_SKIP() << "its tiles are those of real caches";
  RandomWindows make(5);
  std::vector<Case> cases;
  for (const WindowSumShape &shape : std::vector<WindowSumShape>{
           {.channels = 17, .axes = {{70, 5, 1, 1, 2}, {231, 5, 1, 1, 2}}},
           {.channels = 9, .axes = {{31, 7, 2, 1, 3}, {301, 7, 2, 1, 3}}},
           {.channels = 5, .axes = {{9001, 20, 1, 1, 0}}},
           {.channels = 3, .axes = {{4, 4, 1, 1, 2}, {5000, 9, 2, 1, 4}}},
           {.batch = 3,
            .channels = 40,
            .axes = {{14, 3, 1, 2, 2}, {14, 3, 1, 2, 2}}},
           {.channels = 8, .axes = {{6, 3}, {30, 3}, {40, 3, 1, 1, 1}}},
           {.channels = 64,
            .axes = {{7, 3, 2, 1, 1}, {7, 3, 2, 1, 1}},
            .weights = false,
            .join = ScalarOp::max},
           {.channels = 17,
            .axes = {{70, 3, 1, 1, 1}, {231, 3, 1, 1, 1}},
            .weights = false,
            .by_place = true},
           {.channels = 5,
            .axes = {{31, 3, 2, 1, 1}, {9001, 3, 2, 1, 1}},
            .weights = false,
            .join = ScalarOp::min}})
    cases.push_back(make(shape));
  check_cases(cases);
}

/// The same of bytes: few taps and many, tiles of each kind, groups of
/// channels.
TEST(WindowSums, largeOnesOfBytes) {
  if (is_simulated)
    GTEST_SKIP() << "its tiles are those of real caches";
  RandomWindows make(6);
  std::vector<Case> cases;
  for (WindowSumShape shape : std::vector<WindowSumShape>{
           {.channels = 70, .axes = {{7, 3, 1, 1, 1}, {7, 3, 1, 1, 1}}},
           {.channels = 3, .axes = {{112, 3, 1, 1, 1}, {113, 3, 1, 1, 1}}},
           {.channels = 5, .axes = {{111, 5, 2, 1, 2}, {112, 5, 2, 1, 2}}},
           {.channels = 2, .axes = {{9, 7, 1, 1, 3}, {9001, 7, 1, 1, 3}}},
           {.channels = 2, .axes = {{64, 20, 1, 1, 9}, {65, 23, 1, 1, 9}}},
           {.channels = 3, .axes = {{9001, 31, 1, 1, 15}}},
           {.batch = 3,
            .channels = 40,
            .axes = {{14, 3, 1, 2, 2}, {14, 3, 1, 3, 2}}},
           {.channels = 8, .axes = {{6, 3}, {30, 3}, {40, 3, 1, 1, 1}}}}) {
    bool shifted = cases.size() % 2 != 0;
    shape.sum = DType::i32;
    shape.data = shifted ? DType::i8 : DType::u8;
    shape.weight = DType::i8;
    shape.data_zero = true;
    shape.weight_zero = shifted;
    cases.push_back(make(shape));
  }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
