//===- pool.cpp - Pools ---------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"

namespace landfall::frontend {

Pool bind_pool(const Node &node) {
  Tensor x = node.input(0, "X");
  return {x, bind_window(node, x, pool_kernel(node, x), true)};
}

Scalar Pool::sum_of(std::span<const Scalar> point, DType type,
                    const std::function<Scalar(Scalar)> &term) const {
  Builder &b = x.builder();
  return sum(b, visited_taps(window), type, [&](std::span<const Scalar> k) {
    Tap at = visited_tap(b, window, point.subspan(2), k);
    Scalar zero = b.literal(x.dtype(), 0);
    return term(convert(at.load(x, point.first(2), zero), type));
  });
}

Scalar power_term(Scalar x, double p) {
  if (p == 1)
    return abs(x);
  if (p == 2)
    return x * x;
  return pow(abs(x), x.builder().literal(x.dtype(), p));
}

Scalar power_root(Scalar sum, double p) {
  if (p == 1)
    return sum;
  if (p == 2)
    return sqrt(sum);
  return pow(sum, sum.builder().literal(sum.dtype(), 1 / p));
}

Shape global_result(const Node &node, Tensor x) {
  node.expect(x.rank() >= 2, "X must have a batch and a channel dimension");
  Shape shape(x.rank(), 1);
  shape[0] = x.dim(0);
  shape[1] = x.dim(1);
  return shape;
}

Scalar global_sum(Tensor x, std::span<const Scalar> point, DType type,
                  const std::function<Scalar(Scalar)> &term) {
  Shape spatial = sublist(x.shape(), 2, x.rank());
  return sum(x.builder(), spatial, type, [&](std::span<const Scalar> i) {
    return term(convert(x.at(joined(point.first(2), i)), type));
  });
}

} // namespace landfall::frontend
