//===- tile.cpp - Repeats along each axis -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// output[i] = input[i mod extents]. Each repeated dimension becomes two, (copy,
// position), so that no index needs a division.
static void repeat(Node &node, Tensor input, const std::vector<Size> &repeats) {
  Builder &b = node.b();
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

// As often as `tiles` along `axis`, which are one number each.
static void tile_1(Node &node) {
  Tensor input = node.input(0, "input");
  Size tiles = one_size(node, 1, "tiles");
  Size given[] = {one_size(node, 2, "axis")};
  AxisList axis(node, given, input.rank());
  std::vector<Size> repeats;
  for (int d = 0; d < input.rank(); ++d)
    repeats.push_back(axis.value_at(d, {&tiles, 1}, 1));
  repeat(node, input, repeats);
}

static void tile(Node &node) {
  Tensor input = node.input(0, "input");
  repeat(node, input, sizes_operand(node, 1, "repeats", input.rank()));
}

LANDFALL_ONNX(tile, {"Tile", 1, tile_1}, {"Tile", 6, tile})

} // namespace landfall::frontend
