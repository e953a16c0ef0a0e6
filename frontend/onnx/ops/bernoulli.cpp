//===- bernoulli.cpp - Random truth values ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output = 1 with probability input, else 0
static void bernoulli(Node &node) {
  Tensor input = real_input(node, 0, "input");
  RandomNumbers numbers(node);
  Builder &b = node.b();
  DType type = numeric_dtype(node, "dtype", input.dtype());
  node.output(b.map(input.shape(), type, [&](std::span<const Scalar> i) {
    Scalar probability = widen(input.at(i));
    Scalar n = point_number(b, i, input.shape());
    Scalar hit = numbers.uniform(n, probability.dtype()) < probability;
    return convert(hit, type);
  }));
}

LANDFALL_ONNX(bernoulli, {"Bernoulli", 15, bernoulli})

} // namespace landfall::frontend
