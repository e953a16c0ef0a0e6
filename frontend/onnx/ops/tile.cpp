//===- tile.cpp - Repeats along each axis -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"

namespace landfall::frontend {

// output[i] = input[i mod extents]. Each repeated dimension becomes two, (copy,
// position), so that no index needs a division.
static void tile(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  std::vector<Size> repeats = sizes_operand(node, 1, "repeats", input.rank());
  Shape split, shape;
  std::vector<size_t> position; // In `split`, of each dimension of the input.
  for (int d = 0; d < input.rank(); ++d) {
    b.require(1 - less(repeats[d], 0), "Tile needs repeats of at least 0");
    if (repeats[d] != Size(1))
      split.push_back(repeats[d]);
    position.push_back(split.size());
    split.push_back(input.dim(d));
    shape.push_back(repeats[d] * input.dim(d));
  }
  Tensor copies =
      b.map(split, input.dtype(), [&](std::span<const Scalar> indices) {
        Scalars source;
        for (size_t d : position)
          source.push_back(indices[d]);
        return input.at(source);
      });
  node.output(b.reshape(copies, shape));
}

LANDFALL_ONNX(tile, {"Tile", 6, tile})

} // namespace landfall::frontend
