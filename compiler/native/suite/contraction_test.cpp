//===- contraction_test.cpp - Contractions against their meaning ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small integers, so that sums are exact in every type and the
// order of summation does not show.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"

#include <gtest/gtest.h>

namespace landfall::native {
namespace {

TEST(Contraction, randomOnes) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    kernels::RandomContraction make(seed);
    std::vector<Case> cases;
    for (int k = 0; k < 12; ++k)
      cases.push_back(exact_case(make(), make.random()));
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

/// One kernel of run-time sizes meets every way of summing.
TEST(Contraction, everyWayInOneKernel) {
  std::mt19937 random(7);
  std::vector<Case> cases;
  for (bool transposed : {false, true}) {
    kernels::MatmulShape shape{.transpose_b = transposed,
                               .finish = kernels::Finish::bias_relu};
    Kernel kernel = kernels::make_matmul(shape, [] { return true; }).kernel;
    Case test{std::move(kernel), {}, {}};
    for (const std::vector<int64_t> &sizes :
         std::vector<std::vector<int64_t>>{{1, 300, 70},
                                           {3, 200, 600},
                                           {9, 150, 33},
                                           {13, 64, 20},
                                           {70, 1, 100},
                                           {50, 3, 600},
                                           {29, 17, 0},
                                           {0, 5, 5},
                                           {5, 0, 5},
                                           {40, 90, 257},
                                           {1, 1, 1},
                                           {450, 40, 8},
                                           {14, 2100, 8},
                                           {25, 512, 193},
                                           {25, 513, 193},
                                           {24, 1111, 250}})
      test.launches.push_back(whole_numbers(test.kernel, sizes, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// out[n, m] or, `turned`, out[m, n] = bias[m] + the sum over k of x[n, k]
/// times w[m / P + first, k, m % P], with weights w in panels of P = `width`
/// points; sizes N, K, M and panels.
Kernel with_panels(DType type, bool turned, int64_t first, int64_t width) {
  kernels::ContractionMaker k([] { return true; });
  Extent rows = k.extent(1), depth = k.extent(1), points = k.extent(1),
         panels = k.extent(1);
  k.kernel.loops = {turned ? points : rows, turned ? rows : points};
  k.kernel.reduce = {depth};
  k.kernel.accumulator = type;
  uint32_t x =
      turned ? k.input(type, {depth, rows}) : k.input(type, {rows, depth});
  uint32_t w = k.input(type, {panels, depth, fixed(width)});
  uint32_t bias = k.input(type, {points});
  k.output(type, k.kernel.loops);
  k.in_factors();
  NodeId outer = k.param(DType::i64), inner = k.param(DType::i64),
         step = k.param(DType::i64);
  NodeId row = turned ? inner : outer, point = turned ? outer : inner;
  auto part = [&](ScalarOp op) {
    return k.scalar(op, DType::i64, {point, k.literal(width)});
  };
  NodeId panel = part(ScalarOp::div);
  if (first > 0)
    panel = k.add(panel, k.literal(first));
  NodeId other = turned ? k.load(x, {step, row}) : k.load(x, {row, step});
  NodeId weight = k.load(w, {panel, step, part(ScalarOp::mod)});
  k.yield({other, weight});
  k.in_body();
  outer = k.param(DType::i64), inner = k.param(DType::i64);
  NodeId sum = k.param(type);
  k.yield({k.scalar(ScalarOp::add, type,
                    {sum, k.load(bias, {turned ? outer : inner})})});
  return k.take().kernel;
}

/// Rows are read where they are, but for those of a last block that is not full
/// (13, 15, 30), in several runs of K (1024, 1700); those that are pages apart
/// (1024) are packed if there are many points.
TEST(Contraction, weightsInPanels) {
  std::mt19937 random(9);
  std::vector<Case> cases;
  for (DType type : {DType::f32, DType::f64})
    for (bool turned : {false, true})
      for (int64_t first : {0, 1}) {
        int64_t width = first == turned ? 16 : 32;
        Case test{with_panels(type, turned, first, width), {}, {}};
        auto launch = [&](int64_t rows, int64_t points, int64_t depth) {
          test.launches.push_back(whole_numbers(
              test.kernel,
              {rows, depth, points, (points + width - 1) / width + first},
              random));
        };
        for (int64_t rows : {0, 1, 4, 5, 13, 15, 30})
          for (auto [points, depth] :
               {std::pair(16, 1), std::pair(50, 7), std::pair(32, 0),
                std::pair(0, 5), std::pair(36, 450), std::pair(130, 9),
                std::pair(100, 3)})
            launch(rows, points, depth);
        // Simulators take seconds for these.
        if (!turned && first == 0)
          for (auto [points, depth] :
               {std::pair(40, 1700), std::pair(40, 1024), std::pair(290, 1024)})
            launch(13, points, depth);
        cases.push_back(std::move(test));
      }
  check_cases(cases);
}

/// Images that are large enough for padded copies: of all ranks, with strides,
/// dilations, groups and several images, with and without guards.
TEST(Contraction, imagesWithFewChannels) {
  using Shape = kernels::ConvolutionShape;
  std::mt19937 random(10);
  std::vector<Case> cases;
  auto add = [&](Shape shape, DType type = DType::f32, bool known = false) {
    shape.types = {type, type, type, type};
    shape.fixed_weights = true;
    shape.finish = kernels::Finish::bias_relu;
    cases.push_back(exact_case(
        kernels::make_convolution(shape, [=] { return !known; }), random));
  };
  Shape plane{.inputs = 5,
              .outputs = 15,
              .image = {9, 37},
              .window = {3, 3},
              .stride = {1, 1},
              .dilation = {1, 1},
              .pad = {1, 1}};
  Shape strided = plane, dilated = plane, images = plane, bare = plane;
  strided.stride = {2, 3};
  strided.window = {3, 5};
  strided.image = {18, 120};
  dilated.dilation = {2, 2};
  images.images = 2;
  images.groups = 3;
  images.outputs = 4;
  bare.pad = {0, 0};
  bare.guarded = false;
  bare.inputs = 70;
  bare.outputs = 3;
  Shape line{.inputs = 31,
             .outputs = 3,
             .image = {301},
             .window = {15},
             .stride = {1},
             .dilation = {2},
             .pad = {9}};
  Shape volume{.inputs = 2,
               .outputs = 3,
               .image = {9, 23, 25},
               .window = {2, 3, 2},
               .stride = {1, 2, 1},
               .dilation = {1, 1, 1},
               .pad = {0, 1, 1}};
  Shape reversed = plane; // As in a transposed convolution.
  reversed.dilation = {-1, -2};
  reversed.pad = {0, 0};
  Shape bare_strided = strided;
  bare_strided.pad = {0, 0};
  bare_strided.guarded = false;
  for (const Shape &shape : {plane, strided, dilated, images, bare, reversed,
                             bare_strided, line, volume})
    add(shape);
  add(strided, DType::i32);
  add(plane, DType::f64, true);
  add(bare_strided, DType::f64);
  check_cases(cases);
}

/// Real numbers: the sum's rounding errors stay small.
TEST(Contraction, rounds) {
  std::mt19937 random(8);
  kernels::MatmulShape shape{.rows = 30, .lanes = 40, .depth = 1000};
  kernels::ContractionCase made =
      kernels::make_matmul(shape, [] { return false; });
  Case test{std::move(made.kernel), {}, {.ulps = 64, .absolute = 2e-2}};
  test.launches = {random_launch(test.kernel, {}, random)};
  check_cases({test});
}

} // namespace
} // namespace landfall::native
