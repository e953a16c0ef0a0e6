//===- average_pool.cpp - ONNX AveragePool --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, o...] = (sum over k... of X[n, c, tap...]) / number of taps, where
// taps in the padding count if count_include_pad says so; taps beyond the
// padding (ceil_mode, or a window larger than all that there is) do not. Before
// version 19 ONNX Runtime counts those of larger windows without ceil_mode.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

static void means(Node &node, bool whole_windows) {
  Pool pool = bind_pool(node, node.input(0, "X"));
  DType type = pool.x.dtype(), compute = compute_type(type);
  WindowMean mean(node, pool, whole_windows);
  node.output(
      node.b().map(pool.result(), type, [&](std::span<const Scalar> point) {
        return convert(mean.at(point, compute), type);
      }));
}

static void average_pool(Node &node) { means(node, false); }

static void average_pool_1(Node &node) {
  means(node, !flag_if_one(node, "ceil_mode", false));
}

LANDFALL_ONNX(average_pool, {"AveragePool", 1, average_pool_1},
              {"AveragePool", 19, average_pool})

} // namespace landfall::frontend
