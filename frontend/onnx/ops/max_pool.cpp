//===- max_pool.cpp - ONNX MaxPool ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, o...] = max over k... of X[n, c, o * stride - pad + k * dilation,
// ...] Indices holds the flat index into X of the first element that attains
// it; with storage_order 1 the spatial part counts column by column.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pooled_max.h"
#include "frontend/onnx/support/channel_order.h"

namespace landfall::frontend {

/// The index of a spatial position within one channel.
static Scalar spatial_index(Builder &b, const Shape &extents,
                            std::span<const Scalar> position, bool by_column) {
  Scalar index = b.index(0);
  for (size_t i = 0; i < extents.size(); ++i) {
    size_t axis = by_column ? extents.size() - 1 - i : i;
    index = index * b.scalar(extents[axis]) + position[axis];
  }
  return index;
}

/// (max, index within the channel of its first occurrence)
static Scalars max_and_index(const Pool &pool, std::span<const Scalar> point,
                             bool by_column) {
  Builder &b = pool.x.builder();
  const Window &w = pool.window;
  Scalar worst = lowest(b, pool.x.dtype());
  return b.fold(visited_taps(w), {worst, b.index(-1)},
                [&](std::span<const Scalar> k, std::span<const Scalar> best) {
                  Tap at = visited_tap(b, w, point.subspan(2), k);
                  Scalar value = at.load(pool.x, point.first(2), worst);
                  Scalar better = logical_or(value > best[0], best[1] < 0);
                  better = both(better, at.inside);
                  Scalar index =
                      spatial_index(b, w.input, at.indices, by_column);
                  return Scalars{select(better, value, best[0]),
                                 select(better, index, best[1])};
                });
}

static void max_pool(Node &node) {
  Builder &b = node.b();
  Pool pool = bind_pool(node, node.input(0, "X"));
  DType type = pool.x.dtype();
  bool by_column = node.flag_attr("storage_order", false);
  if (!node.wants_output(1))
    return node.output(pooled_max(pool));
  DType types[] = {type, DType::i64};
  Tensors results =
      b.map(pool.result(), types, [&](std::span<const Scalar> point) {
        Scalars best = max_and_index(pool, point, by_column);
        Scalar channel = point[0] * b.scalar(pool.x.dim(1)) + point[1];
        Scalar start = channel * b.scalar(product(pool.window.input));
        return Scalars{best[0], start + maximum(best[1], 0)};
      });
  node.output(0, results[0]);
  node.output(1, results[1]);
}

/// ONNX Runtime's: X and Y are [N, spatial..., C].
static void nhwc_max_pool(Node &node) {
  Pool pool = bind_pool(node, channels_second(node.input(0, "x")));
  node.output(channels_last(pooled_max(pool)));
}

LANDFALL_ONNX(max_pool, {"MaxPool", 1, max_pool},
              {"NhwcMaxPool", 1, nhwc_max_pool, "com.microsoft"})

} // namespace landfall::frontend
