//===- computed_once.h - Small tables that many points read -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// As Builder::map, but not fused into its users: for tables (source positions,
/// weights) that are cheaper to load than to recompute.
inline Tensor computed_once(Builder &b, const Shape &shape, DType dtype,
                            const PointBody &body) {
  LoopsResult result{dtype, shape, {}};
  return b.loops(
      shape, {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        results[0].store(at, body(at));
      })[0];
}

/// Inside a body: the only element of a tensor that has one.
inline Scalar only_element(Tensor x) {
  return x.at(Scalars(x.rank(), x.builder().index(0)));
}

} // namespace landfall::frontend
