//===- maxpool_with_mask.cpp - Maxima of windows up to a mask ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/pool.h"
#include "frontend/onnx/support/indexing.h"

#include <limits>

namespace landfall::frontend {

// Y[n, c, ...] = max over the taps of the window of X[n, c, ...] that stand, in
// their row of the last dimension, before the first one with M = 0. Images of
// rank 2 and 3 always have their first element. M's channels, of all batches,
// serve X's in turn.
static void maxpool_with_mask(Node &node) {
  Builder &b = node.b();
  Pool pool = bind_pool(node, node.input(0, "X"));
  Tensor x = pool.x, mask = node.input(1, "M", x.rank());
  Size masks = mask.dim(0) * mask.dim(1);
  b.require(less(0, masks), "M needs a channel");
  for (int d = 2; d < x.rank(); ++d)
    require_equal(b, mask.dim(d), x.dim(d), "M does not have X's extents");
  Shape mask_shape = joined(Shape{masks}, pool.window.input);
  mask = b.reshape(mask, mask_shape);
  node.output(b.map(pool.result(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar channel = p[0] * b.scalar(x.dim(1)) + p[1];
    Scalar head[] = {channel % b.scalar(masks)};
    Scalar no = b.literal_int(DType::boolean, 0);
    Scalar yes = b.literal_int(DType::boolean, 1);
    // The lowest finite number: what a window without elements gives.
    Scalar least = b.literal(x.dtype(), -std::numeric_limits<float>::max());
    return b.fold(
        visited_taps(pool.window), {least, yes},
        [&](std::span<const Scalar> k, std::span<const Scalar> carried) {
          Tap at = visited_tap(b, pool.window, p.subspan(2), k);
          Scalar open = logical_or(carried[1], k.back() == 0);
          Scalar masked =
              at.load(mask, head, b.literal_int(DType::i32, 1)) == 0;
          Scalar first = k.size() > 1 ? yes : no;
          for (size_t d = 0; k.size() > 1 && d < k.size(); ++d)
            first = logical_and(first, at.indices[d] == 0);
          open = logical_and(open, logical_or(logical_not(masked), first));
          Scalar value = at.load(x, p.first(2), least);
          Scalar best =
              select(logical_and(open, value > carried[0]), value, carried[0]);
          return Scalars{best, open};
        })[0];
  }));
}

LANDFALL_ONNX(maxpool_with_mask,
              {"MaxpoolWithMask", 1, maxpool_with_mask, "com.microsoft"})

} // namespace landfall::frontend
