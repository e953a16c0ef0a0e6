//===- c_dist.cpp - ONNX Runtime's CDist ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// C[m, k] = sum over n of (A[m, n] - B[k, n])^2 (sqeuclidean), or its root
// (euclidean)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

static void c_dist(Node &node) {
  Builder &b = node.b();
  Tensor a = node.input(0, "A", 2), other = node.input(1, "B", 2);
  require_equal(b, a.dim(1), other.dim(1), "A and B differ in columns");
  std::string metric = node.string_attr("metric", "sqeuclidean");
  bool root = metric == "euclidean";
  if (!root && metric != "sqeuclidean")
    node.unsupported("the metric '" + metric +
                     "'; sqeuclidean and euclidean are supported");
  DType type = a.dtype();
  Shape shape = {a.dim(0), other.dim(0)};
  node.output(b.map(shape, type, [&](std::span<const Scalar> p) {
    Scalar total = sum(b, {a.dim(1)}, type, [&](std::span<const Scalar> n) {
      Scalar difference = a.at({p[0], n[0]}) - other.at({p[1], n[0]});
      return difference * difference;
    });
    return root ? sqrt(total) : total;
  }));
}

LANDFALL_ONNX(c_dist, {"CDist", 1, c_dist, "com.microsoft"})

} // namespace landfall::frontend
