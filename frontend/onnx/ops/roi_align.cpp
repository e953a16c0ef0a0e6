//===- roi_align.cpp - Pooled regions of a feature map ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/compute_type.h"

#include <cmath>

namespace landfall::frontend {
namespace {

/// One dimension of a region: its bins and their sample positions.
struct Span {
  Scalar start, bin, samples; ///< samples: i64, per bin.
};

/// The two elements around a position, with weights that are 0 outside.
struct Pair {
  Scalar low, high, low_weight, high_weight;
};

struct RoiAlign {
  Builder &b;
  Tensor x, rois;
  const CheckedIndex &batch;
  double scale;
  bool half_pixel;
  bool maximum_mode;
  int64_t sampling_ratio;
  DType compute;

  Scalar literal(double value) const { return b.literal(compute, value); }

  Span span(Scalar region, int first, Size bins) const {
    auto bound = [&](int column) {
      Scalar value = convert(rois.at({region, b.index(column)}), compute);
      return value * scale - (half_pixel ? 0.5 : 0.0);
    };
    Scalar start = bound(first), extent = bound(first + 2) - start;
    if (!half_pixel)
      extent = maximum(extent, 1.0);
    Scalar bin = extent / convert(b.scalar(bins), compute);
    Scalar samples = sampling_ratio > 0 ? b.index(sampling_ratio)
                                        : cast(ceil(bin), DType::i64);
    return {start, bin, samples};
  }

  /// Sample k of bin i.
  Pair around(const Span &span, Scalar i, Scalar k, Size extent) const {
    Scalar position =
        span.start + convert(i, compute) * span.bin +
        (convert(k, compute) + 0.5) * span.bin / convert(span.samples, compute);
    Scalar n = convert(b.scalar(extent), compute);
    Scalar outside = logical_or(position<-1, position> n);
    position = clamp(position, literal(0), n - 1);
    Scalar last = b.scalar(extent - 1);
    Scalar low = clamp(cast(position, DType::i64), b.index(0), last);
    Scalar weight = position - convert(low, compute);
    Scalar zero = literal(0);
    return {low, minimum(low + 1, last), select(outside, zero, 1 - weight),
            select(outside, zero, weight)};
  }

  Scalar sample(Scalar n, Scalar c, const Pair &y, const Pair &z) const {
    auto part = [&](Scalar row, Scalar column, Scalar weight) {
      return convert(x.at({n, c, row, column}), compute) * weight;
    };
    Scalar parts[] = {part(y.low, z.low, y.low_weight * z.low_weight),
                      part(y.low, z.high, y.low_weight * z.high_weight),
                      part(y.high, z.low, y.high_weight * z.low_weight),
                      part(y.high, z.high, y.high_weight * z.high_weight)};
    if (!maximum_mode)
      return parts[0] + parts[1] + parts[2] + parts[3];
    return maximum(maximum(parts[0], parts[1]), maximum(parts[2], parts[3]));
  }

  Scalar pooled(std::span<const Scalar> at, Size height, Size width) const {
    Scalar region = at[0];
    Scalar n = batch.at({&region, 1});
    Span rows = span(region, 1, height), columns = span(region, 0, width);
    Scalar zero = b.index(0);
    Scalar start = maximum_mode ? lowest(b, compute) : literal(0);
    Scalars total =
        b.fold_to(zero, rows.samples, {start},
                  [&](Scalar i, std::span<const Scalar> outer) {
                    Pair y = around(rows, at[2], i, x.dim(2));
                    return b.fold_to(
                        zero, columns.samples, {outer[0]},
                        [&](Scalar j, std::span<const Scalar> inner) {
                          Pair z = around(columns, at[3], j, x.dim(3));
                          Scalar value = sample(n, at[1], y, z);
                          return Scalars{maximum_mode ? maximum(inner[0], value)
                                                      : inner[0] + value};
                        });
                  });
    Scalar count = rows.samples * columns.samples;
    Scalar any = logical_and(rows.samples > 0, columns.samples > 0);
    Scalar value = maximum_mode
                       ? total[0]
                       : total[0] / convert(maximum(count, 1.0), compute);
    return select(any, value, literal(0));
  }
};

/// The regions in `compute`; the run fails on one that is not finite, or whose
/// size asks for more samples than can be taken.
Tensor checked_regions(const Node &node, const RoiAlign &align, Size height,
                       Size width) {
  Builder &b = node.b();
  Tensor rois = align.rois;
  LoopsResult result{align.compute, rois.shape(), {}};
  return b.loops(
      {rois.dim(0)}, {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalar area = align.literal(1);
        for (auto [first, bins] : {std::pair(0, width), std::pair(1, height)}) {
          Scalar bin = align.span(at[0], first, bins).bin;
          area = area * maximum(bin, 1.0);
        }
        for (int k = 0; k < 4; ++k) {
          Scalar value = convert(rois.at({at[0], b.index(k)}), align.compute);
          b.check(abs(value) < HUGE_VAL,
                  "RoiAlign met a region that is not finite", "region", at[0]);
          results[0].store({at[0], b.index(k)}, value);
        }
        if (align.sampling_ratio <= 0)
          b.check(area <= 0x1p24,
                  "RoiAlign met a region with more than 2^24 samples a bin",
                  "region", at[0]);
      })[0];
}

// Y[r, c, i, j] = average (or maximum) over samples of bin (i, j) of region r,
// each interpolated bilinearly in X[batch_indices[r], c]
void roi_align(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X", 4), rois = node.input(1, "rois", 2);
  Tensor indices = node.input(2, "batch_indices", 1);
  b.require(equal(rois.dim(0), indices.dim(0)),
            "rois and batch_indices differ in number");
  b.require(equal(rois.dim(1), 4), "'rois' needs four columns");
  for (int d = 2; d < 4; ++d)
    b.require(less(0, x.dim(d)), "RoiAlign has an empty feature map");
  std::string mode = node.string_attr("mode", "avg");
  node.expect(mode == "avg" || mode == "max",
              "'mode' is '" + mode + "'; expected avg or max");
  // Before version 16 there was no choice.
  std::string coordinates = node.string_attr(
      "coordinate_transformation_mode",
      node.version() >= 16 ? "half_pixel" : "output_half_pixel");
  Size height = node.int_attr("output_height", 1);
  Size width = node.int_attr("output_width", 1);
  b.require(less(0, height) * less(0, width),
            "'output_height' and 'output_width' must be positive");
  Size batch_count = x.dim(0);
  CheckedIndex batch(node, indices, {&batch_count, 1});
  RoiAlign align{b,
                 x,
                 rois,
                 batch,
                 node.float_attr("spatial_scale", 1.0),
                 coordinates == "half_pixel",
                 mode == "max",
                 node.count(node.int_attr("sampling_ratio", 0),
                            "'sampling_ratio'", 0, 1 << 9),
                 compute_type(x.dtype())};
  align.rois = checked_regions(node, align, height, width);
  node.output(b.map({rois.dim(0), x.dim(1), height, width}, x.dtype(),
                    [&](std::span<const Scalar> at) {
                      return align.pooled(at, height, width);
                    }));
}

} // namespace

LANDFALL_ONNX(roi_align, {"RoiAlign", 10, roi_align})

} // namespace landfall::frontend
