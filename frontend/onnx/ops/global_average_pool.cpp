//===- global_average_pool.cpp - ONNX GlobalAveragePool -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, c, 1...] = mean over all spatial positions of X[n, c, ...]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

static void global_average_pool(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  DType compute = compute_type(x.dtype());
  Shape result = global_result(node, x);
  Size count = product(sublist(x.shape(), 2, x.rank()));
  node.output(b.map(result, x.dtype(), [&](std::span<const Scalar> point) {
    Scalar total =
        global_sum(x, point, compute, [](Scalar value) { return value; });
    return convert(total / cast(b.scalar(count), compute), x.dtype());
  }));
}

LANDFALL_ONNX(global_average_pool,
              {"GlobalAveragePool", 1, global_average_pool})

} // namespace landfall::frontend
