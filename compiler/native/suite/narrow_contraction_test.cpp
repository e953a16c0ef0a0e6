//===- narrow_contraction_test.cpp - Products of bf16 and f16 -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Sums are of f32. Where the machine has products of bf16, these are words.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"
#include "compiler/native/suite/word_panels_for_test.h"

#include <cstring>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

constexpr kernels::ContractionTypes bf16{DType::bf16, DType::bf16, DType::f32,
                                         DType::f32};

/// At the sizes where words, tiles, panels and runs end.
TEST(NarrowContraction, bothSidesArePacked) {
  std::mt19937 random(31);
  std::vector<Case> cases;
  for (bool transposed : {false, true}) {
    kernels::MatmulShape shape{.transpose_a = transposed,
                               .transpose_b = transposed,
                               .types = bf16,
                               .finish = kernels::Finish::bias_relu};
    Case test{kernels::make_matmul(shape, [] { return true; }).kernel, {}, {}};
    for (const std::vector<int64_t> &sizes :
         std::vector<std::vector<int64_t>>{{1, 300, 70},
                                           {7, 20, 31},
                                           {8, 200, 63},
                                           {29, 17, 0},
                                           {0, 5, 5},
                                           {12, 0, 5},
                                           {9, 33, 1},
                                           {40, 65, 33},
                                           {18, 33, 1801}})
      test.launches.push_back(whole_numbers(test.kernel, sizes, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Some elements of the first operand become infinite.
Launch with_infinities(const Kernel &kernel, std::vector<int64_t> sizes,
                       std::mt19937 &random) {
  Launch launch = whole_numbers(kernel, std::move(sizes), random);
  constexpr uint16_t infinity = 0x7f80;
  std::vector<uint8_t> &x = launch.operands[0];
  for (size_t at = 0; at + 1 < x.size(); at += 2)
    if (random() % 50 == 0)
      std::memcpy(x.data() + at, &infinity, sizeof(infinity));
  return launch;
}

TEST(NarrowContraction, weightsInPanels) {
  std::mt19937 random(32);
  std::vector<Case> cases;
  for (auto [x, w, steps, turned] :
       {std::tuple(DType::bf16, DType::bf16, 2, false),
        std::tuple(DType::bf16, DType::bf16, 2, true),
        std::tuple(DType::f32, DType::bf16, 2, false),
        std::tuple(DType::f16, DType::f16, 1, true)}) {
    WordPanels shape{.types = {x, w, DType::f32, DType::f32},
                     .first = turned ? 1 : 0,
                     .width = turned == (steps == 1) ? 16 : 32,
                     .turned = turned,
                     .steps = steps};
    Case test{with_panels_of_words(shape), {}, {}};
    auto sizes = [&](int64_t rows, int64_t points, int64_t taps,
                     int64_t words) {
      return std::vector<int64_t>{rows,
                                  taps,
                                  words,
                                  points,
                                  (points + shape.width - 1) / shape.width +
                                      shape.first,
                                  steps * words};
    };
    // More rows than any block has; simulated machines take long for each.
    for (int64_t rows : {0, 1, 5, is_simulated ? 37 : 77})
      for (auto [points, taps, words] :
           {std::tuple(16, 1, 1), std::tuple(50, 3, 5), std::tuple(32, 0, 2),
            std::tuple(130, 1, 16), std::tuple(130, 1, 19)})
        test.launches.push_back(whole_numbers(
            test.kernel, sizes(rows, points, taps, words), random));
    // Several runs of K.
    test.launches.push_back(
        whole_numbers(test.kernel, sizes(33, 20, 9, 101), random));
    if (x == DType::bf16)
      test.launches.push_back(
          with_infinities(test.kernel, sizes(40, 40, 1, 21), random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

TEST(NarrowContraction, windows) {
  std::mt19937 random(33);
  std::vector<Case> cases;
  for (auto [stride, dilation, pad] :
       {std::tuple(2, 1, 1), std::tuple(1, 2, 0)}) {
    kernels::ConvolutionShape shape;
    shape.window = {3, 3};
    shape.stride = {stride, 1 + (stride > 1)};
    shape.dilation = {dilation, 1};
    shape.pad = {pad, 1};
    shape.panel = stride > 1 ? 16 : 32;
    shape.panel_steps = 2;
    shape.types = bf16;
    cases.push_back(at_sizes(shape,
                             {{1, 4, 16, 9, 11},
                              {2, 20, 33, 5, 7},
                              {1, 34, 20, 12, 6},
                              {1, 12, 5, 5, 50}},
                             random));
  }
  check_cases(cases);
}

/// Taps are packed one by one where weights are in no panels.
TEST(NarrowContraction, windowsOfManyOutputs) {
  std::mt19937 random(35);
  kernels::ConvolutionShape shape{.inputs = 3,
                                  .outputs = 40,
                                  .image = {9, 11},
                                  .window = {3, 3},
                                  .stride = {2, 1},
                                  .dilation = {1, 1},
                                  .pad = {1, 1},
                                  .types = bf16};
  check_cases({exact_case(kernels::make_convolution(shape, [] { return true; }),
                          random)});
}

/// Factors of f32 that the kernel rounds to bf16 itself: sums are as exact as
/// f32 allows for what has been rounded.
TEST(NarrowContraction, factorsThatAreRounded) {
  std::mt19937 random(34);
  kernels::ContractionMaker k([] { return true; });
  Extent m = k.extent(1), n = k.extent(1), depth = k.extent(1);
  k.kernel.loops = {m, n};
  k.kernel.reduce = {depth};
  k.kernel.accumulator = DType::f32;
  uint32_t a = k.input(DType::f32, {m, depth});
  uint32_t b = k.input(DType::f32, {depth, n});
  k.output(DType::f32, k.kernel.loops);
  k.in_factors();
  NodeId i = k.param(DType::i64), j = k.param(DType::i64),
         p = k.param(DType::i64);
  auto rounded = [&](NodeId x) {
    return k.cast(DType::f32, k.cast(DType::bf16, x));
  };
  k.yield({rounded(k.load(a, {i, p})), rounded(k.load(b, {p, j}))});
  k.finish_body(kernels::Finish::none, 0, DType::f32, 0);
  // 300 steps of at most 16, each of which rounds by half a unit of a sum.
  Case test{k.take().kernel, {}, {.absolute = 300 * 300 * 16.0 / (1 << 24)}};
  for (int64_t rows : {3, 40})
    test.launches.push_back(
        random_launch(test.kernel, {rows, 50, 300}, random));
  check_cases({test});
}

TEST(NarrowContraction, randomOnes) {
  kernels::RandomContraction make(2000);
  std::vector<Case> cases;
  while (cases.size() < 8) {
    kernels::ContractionCase made = make();
    if (made.kernel.operands[0].dtype == DType::bf16)
      cases.push_back(exact_case(std::move(made), make.random()));
  }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
