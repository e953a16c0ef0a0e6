//===- eye_like.cpp - Ones on a diagonal ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output[i, j] = 1 if j = i + k, else 0
static void eye_like(Node &node) {
  Tensor input = node.input(0, "input");
  node.expect(input.rank() == 2, "input must have two dimensions");
  DType type = numeric_dtype(node, "dtype", input.dtype());
  int64_t k = node.int_attr("k", 0);
  Builder &b = node.b();
  node.output(b.map(input.shape(), type, [&](std::span<const Scalar> i) {
    return select(i[1] == i[0] + b.index(k), b.literal_int(type, 1),
                  b.literal_int(type, 0));
  }));
}

LANDFALL_ONNX(eye_like, {"EyeLike", 9, eye_like})

} // namespace landfall::frontend
