//===- random_fill.h - The four random fill operators -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/random.h"

namespace landfall::frontend {

/// low + (high - low) u, with u uniform in [0, 1).
inline void uniform_operator(Node &node, const Shape &shape, DType type) {
  double low = node.float_attr("low", 0), high = node.float_attr("high", 1);
  node.output(
      random_tensor(node, shape, type,
                    [&](const RandomNumbers &numbers, Scalar n, DType real) {
                      return low + (high - low) * numbers.uniform(n, real);
                    }));
}

/// mean + scale z, with z from the standard normal distribution.
inline void normal_operator(Node &node, const Shape &shape, DType type) {
  double mean = node.float_attr("mean", 0), scale = node.float_attr("scale", 1);
  node.output(
      random_tensor(node, shape, type,
                    [&](const RandomNumbers &numbers, Scalar n, DType real) {
                      return mean + scale * numbers.normal(n, real);
                    }));
}

} // namespace landfall::frontend
