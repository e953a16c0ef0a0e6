//===- word_panels_for_test.h - Products with panels of words --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"

#include <array>
#include <random>
#include <vector>

namespace landfall::native {

/// A product with weights in panels.
struct WordPanels {
  kernels::ContractionTypes types; ///< Of x, the weights, the sums, the result.
  int64_t first = 0, width = 32;   ///< The first panel; points of one.
  bool turned = false;
  int64_t steps = 4; ///< Steps of a word; 1: elements are no words.
};

/// out[m, n] or, `turned`, out[n, m] = the sum over t and c of x[m, c, t] times
/// w, or (w - zero[n]) if these are integers, with weights w in panels of words
/// of `steps` c; sizes M, T, words, N, panels and C.
inline Kernel with_panels_of_words(const WordPanels &s) {
  kernels::ContractionMaker k([] { return true; });
  Extent rows = k.extent(1), taps = k.extent(1), words = k.extent(1),
         points = k.extent(1), panels = k.extent(1), channels = k.extent(1);
  k.kernel.loops = {s.turned ? points : rows, s.turned ? rows : points};
  k.kernel.reduce = {taps, words};
  k.kernel.accumulator = s.types.sum;
  uint32_t x = s.turned ? k.input(s.types.a, {channels, taps, rows})
                        : k.input(s.types.a, {rows, channels, taps});
  std::vector<Extent> weights{panels, taps, words, fixed(s.width)};
  if (s.steps > 1) {
    k.kernel.reduce.push_back(fixed(s.steps));
    weights.push_back(fixed(s.steps));
  }
  uint32_t w = k.input(s.types.b, weights);
  uint32_t zero = k.input(s.types.b, {points});
  k.output(s.types.out, k.kernel.loops);
  k.in_factors();
  NodeId outer = k.param(DType::i64), inner = k.param(DType::i64);
  NodeId row = s.turned ? inner : outer, point = s.turned ? outer : inner;
  NodeId tap = k.param(DType::i64), channel = k.param(DType::i64);
  auto part = [&](ScalarOp op) {
    return k.scalar(op, DType::i64, {point, k.literal(s.width)});
  };
  NodeId panel = part(ScalarOp::div);
  if (s.first > 0)
    panel = k.add(panel, k.literal(s.first));
  std::vector<NodeId> at{panel, tap, channel, part(ScalarOp::mod)};
  if (s.steps > 1) {
    at.push_back(k.param(DType::i64));
    channel = k.add(k.mul(channel, k.literal(s.steps)), at.back());
  }
  NodeId weight = k.cast(s.types.sum, k.load(w, at));
  NodeId other = s.turned ? k.load(x, {channel, tap, row})
                          : k.load(x, {row, channel, tap});
  if (is_integer(s.types.b))
    weight = k.scalar(ScalarOp::sub, s.types.sum,
                      {weight, k.cast(s.types.sum, k.load(zero, {point}))});
  k.yield({k.cast(s.types.sum, other), weight});
  k.finish_body(kernels::Finish::none, 0, s.types.out, 0);
  return k.take().kernel;
}

/// One kernel of convolutions at several sizes: images, channels in and out,
/// height, width.
inline Case at_sizes(kernels::ConvolutionShape shape,
                     const std::vector<std::array<int64_t, 5>> &sizes,
                     std::mt19937 &random) {
  Case test;
  for (auto [images, inputs, outputs, height, width] : sizes) {
    shape.images = images;
    shape.inputs = inputs;
    shape.outputs = outputs;
    shape.image = {height, width};
    kernels::ContractionCase made =
        kernels::make_convolution(shape, [] { return true; });
    test.launches.push_back(whole_numbers(made.kernel, made.sizes, random));
    test.kernel = std::move(made.kernel);
  }
  return test;
}

} // namespace landfall::native
