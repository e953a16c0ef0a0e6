//===- scaled_blocks_for_test.h - Weights scaled by blocks -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_for_test.h"
#include "package/kernel_for_test.h"

namespace landfall::native {

/// out[m, n] = the sum over b, k, h of x[m, b, k, h] times
/// ((w >> shift[h] & mask) - zero[n, b]) * scale[n, b], with weights w in
/// panels: integers of a few bits; sizes M, B, K, N and panels. With `words`,
/// panels are of words of four more steps; with `bytes`, x is bytes times
/// scales [m, b].
inline Kernel with_scaled_blocks(int64_t bits, int64_t width, bool has_zeros,
                                 bool has_scales, bool words, bool bytes) {
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
  uint32_t x = k.input(bytes ? DType::i8 : DType::f32, x_dims);
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
  if (bytes)
    other = real(ScalarOp::mul, other, k.load(row_scale, {row, block}));
  k.yield({other, weight});
  k.finish_body(kernels::Finish::none, 0, DType::f32, 0);
  return k.take().kernel;
}

} // namespace landfall::native
