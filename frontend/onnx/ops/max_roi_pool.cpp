//===- max_roi_pool.cpp - ONNX MaxRoiPool ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[r, c, i, j] = max of X[batch of r, c] over cell (i, j) of region r, which
// is cut into pooled_shape cells; a cell outside of X is 0. A region is (batch,
// x1, y1, x2, y2), scaled by spatial_scale and rounded to elements.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

namespace {

Scalar rounded_away(Scalar x) { return sign(x) * floor(abs(x) + 0.5); }

/// The elements [first, last) of cell `cell` along an axis.
std::pair<Scalar, Scalar> cell_range(Builder &b, Scalar low, Scalar high,
                                     Scalar cell, int64_t cells, Size extent) {
  Scalar start = rounded_away(low), end = rounded_away(high);
  Scalar size = maximum(end - start + 1, 1) / double(cells);
  Scalar at = cast(cell, size.dtype());
  auto within = [&](Scalar position) {
    Scalar element = cast(position + start, DType::i64);
    return minimum(maximum(element, 0), b.scalar(extent));
  };
  return {within(floor(at * size)), within(ceil((at + 1) * size))};
}

} // namespace

static void max_roi_pool(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), rois = node.input(1, "rois");
  node.expect(x.rank() == 4 && rois.rank() == 2,
              "X must have rank 4 and rois rank 2");
  require_equal(b, rois.dim(1), 5, "a region has five numbers");
  std::vector<int64_t> cells = node.ints_attr("pooled_shape");
  node.expect(cells.size() == 2 && cells[0] > 0 && cells[1] > 0,
              "pooled_shape needs two positive values");
  double scale = node.float_attr("spatial_scale", 1);
  DType type = x.dtype(), compute = compute_type(type);
  Shape shape = {rois.dim(0), x.dim(1), cells[0], cells[1]};
  node.output(b.map(shape, type, [&](std::span<const Scalar> p) {
    auto number = [&](int64_t which) {
      return convert(rois.at({p[0], b.index(which)}), compute);
    };
    Scalar batch = minimum(maximum(cast(number(0), DType::i64), 0),
                           b.scalar(x.dim(0)) - 1.0);
    auto [top, bottom] = cell_range(b, number(2) * scale, number(4) * scale,
                                    p[2], cells[0], x.dim(2));
    auto [left, right] = cell_range(b, number(1) * scale, number(3) * scale,
                                    p[3], cells[1], x.dim(3));
    Scalar best = b.fold_to(
        top, bottom, {lowest(b, type)},
        [&](Scalar row, std::span<const Scalar> so_far) {
          return b.fold_to(left, right, Scalars(so_far.begin(), so_far.end()),
                           [&](Scalar column, std::span<const Scalar> most) {
                             Scalar value = x.at({batch, p[1], row, column});
                             return Scalars{maximum(most[0], value)};
                           });
        })[0];
    Scalar empty = logical_or(bottom <= top, right <= left);
    return select(empty, b.literal(type, 0), best);
  }));
}

LANDFALL_ONNX(max_roi_pool, {"MaxRoiPool", 1, max_roi_pool})

} // namespace landfall::frontend
