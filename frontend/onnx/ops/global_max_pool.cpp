//===- global_max_pool.cpp - ONNX GlobalMaxPool ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, 1...] = max over all spatial positions of X[n, c, ...]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

static void global_max_pool(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  Shape result = global_result(node, x);
  Shape spatial = sublist(x.shape(), 2, x.rank());
  node.output(b.map(result, x.dtype(), [&](std::span<const Scalar> point) {
    return max_of(b, spatial, x.dtype(), [&](std::span<const Scalar> i) {
      return x.at(joined(point.first(2), i));
    });
  }));
}

LANDFALL_ONNX(global_max_pool, {"GlobalMaxPool", 1, global_max_pool})

} // namespace landfall::frontend
