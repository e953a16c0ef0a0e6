//===- expand.cpp - Broadcasting to a shape ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// output = input broadcast together with `shape`
static void expand(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  std::vector<Size> target = node.input_sizes(1, "shape");
  for (Size extent : target)
    b.require(1 - less(extent, 0), "Expand needs extents of at least 0");
  Shape shapes[] = {input.shape(), target};
  Shape shape = b.broadcast_shapes(shapes);
  if (shape == input.shape())
    return node.output(input);
  node.output(b.map(shape, input.dtype(), [&](std::span<const Scalar> indices) {
    return b.broadcast_at(input, indices);
  }));
}

LANDFALL_ONNX(expand, {"Expand", 8, expand})

} // namespace landfall::frontend
