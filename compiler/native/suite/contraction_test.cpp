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

Case exact_case(kernels::ContractionCase made, std::mt19937 &random) {
  Case result{std::move(made.kernel), {}, {}};
  result.launches = {whole_numbers(result.kernel, made.sizes, random)};
  return result;
}

kernels::ContractionCase of_bytes(kernels::MatmulShape shape, DType a,
                                  DType b) {
  shape.types = {a, b, DType::i32, DType::i32};
  return kernels::make_matmul(shape, [] { return true; });
}

/// Products of bytes of all signs, with and without zero points, at the sizes
/// where words, panels, groups and runs end.
TEST(Contraction, bytes) {
  using enum kernels::Prologue;
  std::mt19937 random(11);
  std::vector<Case> cases;
  for (DType a : {DType::u8, DType::i8})
    for (DType b : {DType::u8, DType::i8})
      for (kernels::Prologue prologue : {zero_point, zero_points}) {
        bool transposed = (a == b) == (prologue == zero_point);
        kernels::MatmulShape shape{.transpose_a = transposed,
                                   .transpose_b = transposed,
                                   .prologue = prologue};
        Case test{of_bytes(shape, a, b).kernel, {}, {}};
        for (const std::vector<int64_t> &sizes :
             std::vector<std::vector<int64_t>>{{1, 300, 70},
                                               {3, 200, 63},
                                               {29, 17, 0},
                                               {0, 5, 5},
                                               {5, 0, 5},
                                               {1, 1, 3},
                                               {9, 33, 1801}})
          test.launches.push_back(whole_numbers(test.kernel, sizes, random));
        cases.push_back(std::move(test));
      }
  check_cases(cases);
}

/// out[m, n] or, `turned`, out[n, m] = the sum over t and c of x[m, c, t] times
/// (w - zero[n]), with weights w in panels of words of four c; sizes M, T, C /
/// 4, N and panels.
Kernel with_panels_of_words(DType x_type, DType w_type, int64_t first,
                            int64_t width, bool turned) {
  kernels::ContractionMaker k([] { return true; });
  constexpr int64_t steps = 4;
  Extent rows = k.extent(1), taps = k.extent(1), words = k.extent(1),
         points = k.extent(1), panels = k.extent(1), channels = k.extent(1);
  k.kernel.loops = {turned ? points : rows, turned ? rows : points};
  k.kernel.reduce = {taps, words, fixed(steps)};
  k.kernel.accumulator = DType::i32;
  uint32_t x = turned ? k.input(x_type, {channels, taps, rows})
                      : k.input(x_type, {rows, channels, taps});
  uint32_t w =
      k.input(w_type, {panels, taps, words, fixed(width), fixed(steps)});
  uint32_t zero = k.input(w_type, {points});
  k.output(DType::i32, k.kernel.loops);
  k.in_factors();
  NodeId outer = k.param(DType::i64), inner = k.param(DType::i64);
  NodeId row = turned ? inner : outer, point = turned ? outer : inner;
  NodeId tap = k.param(DType::i64), word = k.param(DType::i64),
         step = k.param(DType::i64);
  auto part = [&](ScalarOp op) {
    return k.scalar(op, DType::i64, {point, k.literal(width)});
  };
  NodeId panel = part(ScalarOp::div);
  if (first > 0)
    panel = k.add(panel, k.literal(first));
  NodeId channel = k.add(k.mul(word, k.literal(steps)), step);
  NodeId weight = k.load(w, {panel, tap, word, part(ScalarOp::mod), step});
  NodeId other =
      turned ? k.load(x, {channel, tap, row}) : k.load(x, {row, channel, tap});
  k.yield({k.cast(DType::i32, other),
           k.scalar(ScalarOp::sub, DType::i32,
                    {k.cast(DType::i32, weight),
                     k.cast(DType::i32, k.load(zero, {point}))})});
  k.finish_body(kernels::Finish::none, 0, DType::i32, 0);
  return k.take().kernel;
}

TEST(Contraction, weightsInPanelsOfWords) {
  std::mt19937 random(12);
  std::vector<Case> cases;
  for (int form = 0; form < 4; ++form) {
    int64_t width = form % 2 ? 16 : 32, first = form / 2;
    Case test{with_panels_of_words(form % 2 ? DType::u8 : DType::i8,
                                   first ? DType::u8 : DType::i8, first, width,
                                   form == 1 || form == 2),
              {},
              {}};
    for (int64_t rows : {0, 1, 5, 77})
      for (auto [points, taps, words] :
           {std::tuple(16, 1, 1), std::tuple(50, 3, 5), std::tuple(32, 0, 2),
            std::tuple(130, 2, 3)})
        test.launches.push_back(
            whole_numbers(test.kernel,
                          {rows, taps, words, points,
                           (points + width - 1) / width + first, 4 * words},
                          random));
    // Several runs of K.
    if (form < 2)
      test.launches.push_back(whole_numbers(
          test.kernel, {5, 9, 50, 20, (20 + width - 1) / width + first, 200},
          random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Convolutions of bytes whose weights are in panels: from padded copies, where
/// halos are small.
TEST(Contraction, windowsOfBytes) {
  using enum kernels::Prologue;
  std::mt19937 random(21);
  std::vector<Case> cases;
  int form = 0;
  for (auto [stride, dilation, pad] :
       {std::tuple(1, 1, 1), std::tuple(2, 1, 1), std::tuple(1, 2, 2),
        std::tuple(3, 1, 0)}) {
    kernels::ConvolutionShape shape;
    shape.window = {3, 3};
    shape.stride = {stride, 1 + (stride > 1)};
    shape.dilation = {dilation, 1};
    shape.pad = {pad, 1};
    shape.panel = form % 2 ? 16 : 32;
    shape.prologue = form == 2 ? zero_points : zero_point;
    DType x_type = form % 2 ? DType::u8 : DType::i8;
    shape.types = {x_type, DType::i8, DType::i32, DType::i32};
    std::vector<Launch> launches;
    Kernel kernel;
    for (auto [images, inputs, outputs, height, width] :
         {std::tuple(1, 4, 16, 9, 11), std::tuple(2, 20, 33, 5, 7),
          std::tuple(1, 68, 20, 12, 6), std::tuple(1, 12, 5, 3, 50)}) {
      shape.images = images;
      shape.inputs = inputs;
      shape.outputs = outputs;
      shape.image = {height, width};
      kernels::ContractionCase made =
          kernels::make_convolution(shape, [] { return true; });
      launches.push_back(whole_numbers(made.kernel, made.sizes, random));
      kernel = std::move(made.kernel);
    }
    cases.push_back({std::move(kernel), std::move(launches), {}});
    ++form;
  }
  check_cases(cases);
}

/// out[m, n] = the sum over b, k, h of x[m, b, k, h] times
/// ((w >> shift[h] & mask) - zero[n, b]) * scale[n, b], with weights w in
/// panels: integers of a few bits; sizes M, B, K, N and panels. With `words`, x
/// is bytes times scales [m, b], and panels are of words of four more steps.
Kernel with_scaled_blocks(int64_t bits, int64_t width, bool has_zeros,
                          bool has_scales, bool words) {
  kernels::ContractionMaker k([] { return true; });
  Extent rows = k.extent(1), blocks = k.extent(1), depth = k.extent(1),
         points = k.extent(1), panels = k.extent(1);
  Extent fields = fixed(8 / bits), steps = fixed(4);
  k.kernel.loops = {rows, points};
  k.kernel.reduce = {blocks, depth, fields};
  k.kernel.accumulator = DType::f32;
  std::vector<Extent> x_dims{rows, blocks, depth, fields};
  std::vector<Extent> w_dims{panels, blocks, depth, fixed(width)};
  if (words) {
    k.kernel.reduce = {blocks, fields, depth, steps};
    x_dims = {rows, blocks, depth, steps, fields};
    w_dims.push_back(steps);
  }
  uint32_t x = k.input(words ? DType::i8 : DType::f32, x_dims);
  uint32_t w = k.input(DType::u8, w_dims);
  uint32_t shift = k.input(DType::u8, {fields});
  uint32_t zero = k.input(DType::u8, {points, blocks});
  uint32_t scale = k.input(DType::f32, {points, blocks});
  uint32_t row_scale = k.input(DType::f32, {rows, blocks});
  k.output(DType::f32, k.kernel.loops);
  k.in_factors();
  NodeId row = k.param(DType::i64), point = k.param(DType::i64);
  NodeId block = k.param(DType::i64);
  NodeId second = k.param(DType::i64), third = k.param(DType::i64);
  NodeId step = words ? third : second, field = words ? second : third;
  auto part = [&](ScalarOp op) {
    return k.scalar(op, DType::i64, {point, k.literal(width)});
  };
  std::vector<NodeId> x_at{row, block, step, field};
  std::vector<NodeId> w_at{part(ScalarOp::div), block, step,
                           part(ScalarOp::mod)};
  if (words) {
    w_at.push_back(k.param(DType::i64));
    x_at.insert(x_at.begin() + 3, w_at.back());
  }
  auto real = [&](ScalarOp op, NodeId a, NodeId b) {
    return k.scalar(op, DType::f32, {a, b});
  };
  NodeId bit_field =
      k.scalar(ScalarOp::bit_and, DType::u8,
               {k.scalar(ScalarOp::shr, DType::u8,
                         {k.load(w, w_at), k.load(shift, {field})}),
                k.literal((1 << bits) - 1, DType::u8)});
  NodeId weight = k.cast(DType::f32, bit_field);
  if (has_zeros)
    weight = real(ScalarOp::sub, weight,
                  k.cast(DType::f32, k.load(zero, {point, block})));
  if (has_scales)
    weight = real(ScalarOp::mul, weight, k.load(scale, {point, block}));
  NodeId other = k.cast(DType::f32, k.load(x, x_at));
  if (words)
    other = real(ScalarOp::mul, other, k.load(row_scale, {row, block}));
  k.yield({other, weight});
  k.finish_body(kernels::Finish::none, 0, DType::f32, 0);
  return k.take().kernel;
}

TEST(Contraction, weightsScaledByBlocks) {
  std::mt19937 random(13);
  std::vector<Case> cases;
  for (auto [bits, width, has_zeros, has_scales, words] :
       {std::tuple(4, 32, true, true, false),
        std::tuple(2, 16, true, false, false),
        std::tuple(4, 32, false, true, false),
        std::tuple(1, 32, false, false, false),
        std::tuple(4, 32, true, true, true),
        std::tuple(8, 16, false, true, true),
        std::tuple(2, 32, true, false, true)}) {
    Case test{
        with_scaled_blocks(bits, width, has_zeros, has_scales, words), {}, {}};
    for (int64_t rows : {0, 1, 9, 20})
      for (auto [points, blocks, depth] :
           {std::tuple(16, 1, 1), std::tuple(50, 3, 7), std::tuple(32, 0, 2),
            std::tuple(5, 2, 0)}) {
        Launch launch = whole_numbers(
            test.kernel,
            {rows, blocks, depth, points, (points + width - 1) / width},
            random);
        for (uint8_t &byte : launch.operands[1])
          byte = uint8_t(random());
        test.launches.push_back(std::move(launch));
      }
    // Several runs of K.
    if (bits == 4 && has_zeros)
      test.launches.push_back(
          whole_numbers(test.kernel, {18, 10, 24, 20, 1}, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

TEST(Contraction, randomBytes) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    kernels::RandomContraction make(1000 + seed);
    std::vector<Case> cases;
    while (cases.size() < 12) {
      kernels::ContractionCase made = make();
      if (is_integer(made.kernel.accumulator))
        cases.push_back(exact_case(std::move(made), make.random()));
    }
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

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

TEST(Contraction, weightsInPanels) {
  std::mt19937 random(9);
  std::vector<Case> cases;
  for (DType type : {DType::f32, DType::f64})
    for (bool turned : {false, true})
      for (int64_t first : {0, 1}) {
        int64_t width = first == turned ? 16 : 32;
        Case test{with_panels(type, turned, first, width), {}, {}};
        for (int64_t rows : {0, 1, 4, 5, 13, 30})
          for (auto [points, depth] :
               {std::pair(16, 1), std::pair(50, 7), std::pair(32, 0),
                std::pair(0, 5), std::pair(36, 450), std::pair(130, 9)})
            test.launches.push_back(whole_numbers(
                test.kernel,
                {rows, depth, points, (points + width - 1) / width + first},
                random));
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
