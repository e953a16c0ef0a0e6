//===- lrn.cpp - Local response normalisation over channels -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Y = X / (bias + alpha / size sum(X[c']^2))^beta over the channels c' from
// c - floor((size - 1) / 2) to c + ceil((size - 1) / 2)
static void lrn(Node &node) {
  Tensor x = real_input(node, 0, "X");
  int64_t size = node.int_attr("size");
  node.expect(x.rank() >= 2, "X needs a batch and a channel dimension");
  node.expect(size > 0, "`size` must be positive");
  int64_t before = (size - 1) / 2, after = size / 2;
  double alpha = node.float_attr("alpha", 1e-4f) / size;
  double beta = node.float_attr("beta", 0.75f);
  double bias = node.float_attr("bias", 1);
  Builder &b = node.b();
  DType type = compute_type(x.dtype());
  node.output(b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> i) {
    Scalar low = maximum(i[1] - before, 0);
    Scalar high = minimum(i[1] + (after + 1), b.scalar(x.dim(1)));
    Scalar squares = b.fold_to(
        low, high, {b.literal(type, 0)},
        [&](Scalar channel, std::span<const Scalar> carried) -> Scalars {
          Scalars at(i.begin(), i.end());
          at[1] = channel;
          Scalar value = widen(x.at(at));
          return {carried[0] + value * value};
        })[0];
    Scalar divisor = pow(squares * alpha + bias, b.literal(type, beta));
    return convert(widen(x.at(i)) / divisor, x.dtype());
  }));
}

LANDFALL_ONNX(lrn, {"LRN", 1, lrn})

} // namespace landfall::frontend
