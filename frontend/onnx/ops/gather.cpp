//===- gather.cpp - Slices picked by index ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

// output[before..., q..., after...] = data[before..., indices[q...], after...]
static void gather(Node &node) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data");
  Tensor indices = node.input(1, "indices");
  int axis = node.axis(node.int_attr("axis", 0), data.rank());
  Size extent = data.dim(axis);
  CheckedIndex index(node, indices, {&extent, 1});
  const Shape &dims = data.shape();
  Shape shape = joined(joined(sublist(dims, 0, axis), indices.shape()),
                       sublist(dims, axis + 1, data.rank()));
  node.output(b.map(shape, data.dtype(), [&](std::span<const Scalar> at) {
    int after = axis + indices.rank();
    Scalars source = sublist(at, 0, axis);
    source.push_back(index.at(sublist(at, axis, after)));
    return data.at(joined(source, sublist(at, after, at.size())));
  }));
}

LANDFALL_ONNX(gather, {"Gather", 1, gather})

} // namespace landfall::frontend
