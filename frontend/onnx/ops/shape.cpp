//===- shape.cpp - The extents of a tensor ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

#include <algorithm>

namespace landfall::frontend {

// shape = extents(data)[start : end]; both clamped to [0, rank].
static void shape(Node &node) {
  const Shape dims = node.input(0, "data").shape();
  int64_t rank = static_cast<int64_t>(dims.size());
  auto bound = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound(node.int_attr("start", 0));
  int64_t end = std::max(start, bound(node.int_attr("end", rank)));
  Shape selected(dims.begin() + start, dims.begin() + end);
  node.output(node.b().from_sizes(selected));
}

LANDFALL_ONNX(shape, {"Shape", 1, shape})

} // namespace landfall::frontend
