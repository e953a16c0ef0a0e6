//===- lp_pool.cpp - ONNX LpPool ------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, o...] = (sum over k... of |X[n, c, tap...]|^p)^(1/p)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

static void pool_with(Node &node, double p) {
  node.expect(p > 0, "p must be positive: there is no other norm");
  Pool pool = bind_pool(node, node.input(0, "X"));
  DType type = pool.x.dtype();
  DType compute = compute_type(type);
  node.output(
      node.b().map(pool.result(), type, [&](std::span<const Scalar> point) {
        Scalar total = pool.sum_of(
            point, compute, [&](Scalar value) { return power_term(value, p); });
        return convert(power_root(total, p), type);
      }));
}

static void lp_pool_1(Node &node) { pool_with(node, node.float_attr("p", 2)); }
static void lp_pool(Node &node) {
  pool_with(node, double(node.int_attr("p", 2)));
}

LANDFALL_ONNX(lp_pool, {"LpPool", 1, lp_pool_1}, {"LpPool", 2, lp_pool})

} // namespace landfall::frontend
