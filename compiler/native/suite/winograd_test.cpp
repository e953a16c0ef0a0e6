//===- winograd_test.cpp - Convolutions of 3x3 taps, against their meaning ===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small integers: the algorithm's halves and quarters are exact,
// too. Sizes are such that Winograd's algorithm takes them, but for a few.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace landfall::native {
namespace {

using Shape = kernels::ConvolutionShape;

Shape plane(int64_t inputs, int64_t outputs, int64_t height, int64_t width) {
  return {.inputs = inputs,
          .outputs = outputs,
          .image = {height, width},
          .window = {3, 3},
          .stride = {1, 1},
          .dilation = {1, 1},
          .pad = {1, 1},
          .fixed_weights = true,
          .panel_steps = 1};
}

kernels::ContractionCase made(const Shape &shape) {
  return kernels::make_convolution(shape, [] { return true; });
}

/// Simulated machines have other ways of multiplying.
class Winograd : public testing::Test {
protected:
  void SetUp() override {
    if (is_simulated)
      GTEST_SKIP() << "a simulated machine multiplies otherwise";
  }
};

/// One kernel, launched with the sizes of each shape; these differ in what is
/// known at run time only.
Case case_of(const std::vector<Shape> &shapes, std::mt19937 &random) {
  Case result{made(shapes.front()).kernel, {}, {}};
  for (const Shape &shape : shapes)
    result.launches.push_back(
        whole_numbers(result.kernel, made(shape).sizes, random));
  return result;
}

/// The same channels at other sizes of the image, in several images.
std::vector<Shape> at_sizes(Shape shape) {
  std::vector<Shape> shapes;
  for (auto [images, height, width] :
       {std::tuple(1, 12, 10), std::tuple(1, 11, 9), std::tuple(3, 5, 7),
        std::tuple(1, 3, 69), std::tuple(1, 1, 20), std::tuple(0, 8, 8)}) {
    shape.images = images;
    shape.image = {height, width};
    shapes.push_back(shape);
  }
  return shapes;
}

TEST_F(Winograd, squaresOfAllSizes) {
  std::mt19937 random(21);
  Shape few = plane(12, 20, 12, 10);
  few.finish = kernels::Finish::bias_relu;
  Shape odd = plane(11, 37, 12, 10);
  odd.fixed_weights = false;
  odd.finish = kernels::Finish::residual;
  Shape bare = plane(11, 33, 12, 14);
  bare.pad = {0, 0};
  bare.guarded = false;
  Shape groups = plane(11, 16, 12, 10);
  groups.groups = 2;
  std::vector<Case> cases;
  for (const Shape &shape : {few, odd, groups})
    cases.push_back(case_of(at_sizes(shape), random));
  cases.push_back(case_of({bare}, random));
  check_cases(cases);
}

TEST_F(Winograd, weightsInPanels) {
  std::mt19937 random(22);
  std::vector<Case> cases;
  for (auto [inputs, outputs, panel] :
       {std::tuple(11, 64, 32), std::tuple(12, 48, 16),
        std::tuple(11, 50, 32)}) {
    Shape shape = plane(inputs, outputs, 12, 10);
    shape.panel = panel;
    shape.finish = kernels::Finish::bias_relu;
    cases.push_back(case_of(at_sizes(shape), random));
  }
  check_cases(cases);
}

/// More channels than a run has.
TEST_F(Winograd, severalRunsOfChannels) {
  std::mt19937 random(23);
  Shape shape = plane(140, 16, 8, 8);
  Shape panels = plane(140, 32, 8, 6);
  panels.panel = 32;
  check_cases({case_of({shape}, random), case_of({panels}, random)});
}

/// What lies beside a window does not change its result, though squares hold
/// both.
TEST_F(Winograd, infinitiesStayInTheirWindows) {
  std::mt19937 random(24);
  std::vector<Case> cases;
  for (int64_t panel : {0, 32}) {
    Shape shape = plane(12, 32, 5, 70);
    shape.panel = panel;
    Case test = case_of({shape, shape, shape}, random);
    const float values[] = {std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN(), 0x1p100f};
    for (size_t k = 0; k < test.launches.size(); ++k) {
      std::vector<uint8_t> &image = test.launches[k].operands[0];
      // Far from each other, so that no sum has two.
      for (size_t element : {0, 350 + 3 * 70 + 40, 5 * 350 + 2 * 70 + 66})
        std::memcpy(image.data() + element * sizeof(float), &values[k],
                    sizeof(values[k]));
    }
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Real numbers: the errors of rounding stay small.
TEST_F(Winograd, rounds) {
  std::mt19937 random(25);
  kernels::ContractionCase wide = made(plane(48, 16, 10, 11));
  Case test{std::move(wide.kernel), {}, {.ulps = 64, .absolute = 1e-3}};
  test.launches = {random_launch(test.kernel, wide.sizes, random)};
  check_cases({test});
}

} // namespace
} // namespace landfall::native
