//===- block_sum.cpp - Products with weights in blocks --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/block_sum.h"

#include "ir/table.h"

namespace landfall::frontend {

void sum_over_depth(Contraction &c, Tensor a, const Rounded &rounded,
                    const BlockWeights &weights) {
  DType type = c.accumulator;
  Size depth = a.dim(-1);
  if (rounded.stored)
    a = rounded.stored;
  bool whole = mod(depth, weights.block()) == Size(0);
  c.reduce = joined({weights.blocks()}, weights.inner());
  c.factors = [=](std::span<const Scalar> p, std::span<const Scalar> k) {
    Builder &b = a.builder();
    Scalar at = k[0] * double(weights.block()) + weights.place(k.subspan(1));
    Scalars place = joined(p.first(p.size() - 1), {{at}});
    Scalar left =
        whole ? a.at(place)
              : a.at_or(place, at < b.scalar(depth), b.literal(a.dtype(), 0));
    left = convert(left, type);
    if (rounded.scales)
      left = left * rounded.scales.at(joined(p.first(p.size() - 1), {{k[0]}}));
    Scalar integer = weights.integer(p.back(), k[0], k.subspan(1), type);
    return std::pair(left, weights.weight(integer, p.back(), k[0]));
  };
}

Rounded rounded_to_int8(Builder &b, Tensor a, Size blocks, int64_t block) {
  DType type = compute_type(a.dtype());
  Size depth = a.dim(-1);
  bool whole = mod(depth, block) == Size(0);
  Shape shape = replaced(a.shape(), a.rank() - 1, blocks);
  Tensor scales = b.map(shape, type, [&](std::span<const Scalar> p) {
    auto head = p.first(p.size() - 1);
    Scalar first = p.back() * double(block), zero = b.literal(a.dtype(), 0);
    Scalar top = max_of(b, {block}, type, [&](std::span<const Scalar> i) {
      Scalars at = joined(head, {{first + i[0]}});
      Scalar element =
          whole ? a.at(at) : a.at_or(at, at.back() < b.scalar(depth), zero);
      return abs(convert(element, type));
    });
    return top / 127;
  });
  // Stored, as the products are fast where their loads are affine.
  Tensor stored =
      ir::table(b, a.shape(), DType::i8, [&](std::span<const Scalar> p) {
        Scalars at(p.begin(), p.end());
        at.back() = at.back() / double(block);
        Scalar scale = scales.at(at);
        Scalar steps = round_even(convert(a.at(p), type) / scale);
        return cast_saturate(select(scale == 0, scale, steps), DType::i8);
      });
  return {stored, scales};
}

} // namespace landfall::frontend
