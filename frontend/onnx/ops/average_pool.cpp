//===- average_pool.cpp - ONNX AveragePool --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, o...] = (sum over k... of X[n, c, tap...]) / number of taps, where
// taps in the padding count if count_include_pad says so; taps beyond the
// padding (ceil_mode) never do.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

static void average_pool(Node &node) {
  Pool pool = bind_pool(node, node.input(0, "X"));
  DType type = pool.x.dtype(), compute = compute_type(type);
  WindowMean mean(node, pool);
  node.output(
      node.b().map(pool.result(), type, [&](std::span<const Scalar> point) {
        return convert(mean.at(point, compute), type);
      }));
}

LANDFALL_ONNX(average_pool, {"AveragePool", 1, average_pool})

} // namespace landfall::frontend
