//===- global_lp_pool.cpp - ONNX GlobalLpPool -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, 1...] = (sum over all spatial positions of |X[n, c, ...]|^p)^(1/p)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

static void pool_with(Node &node, double p) {
  node.expect(p > 0, "p must be positive: there is no other norm");
  Tensor x = node.input(0, "X");
  DType compute = compute_type(x.dtype());
  Shape result = global_result(node, x);
  node.output(
      node.b().map(result, x.dtype(), [&](std::span<const Scalar> point) {
        Scalar total = global_sum(x, point, compute, [&](Scalar value) {
          return power_term(value, p);
        });
        return convert(power_root(total, p), x.dtype());
      }));
}

static void global_lp_pool_1(Node &node) {
  pool_with(node, node.float_attr("p", 2));
}
static void global_lp_pool(Node &node) {
  pool_with(node, double(node.int_attr("p", 2)));
}

LANDFALL_ONNX(global_lp_pool, {"GlobalLpPool", 1, global_lp_pool_1},
              {"GlobalLpPool", 2, global_lp_pool})

} // namespace landfall::frontend
