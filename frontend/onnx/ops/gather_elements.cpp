//===- gather_elements.cpp - Elements picked along an axis ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

// output[i...] = data[i... with i[axis] = indices[i...]]
static void gather_elements(Node &node) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data");
  Tensor indices = node.input(1, "indices");
  int axis = node.axis(node.int_attr("axis", 0), data.rank());
  node.expect(indices.rank() == data.rank(),
              "data and indices must have one rank");
  for (int d = 0; d < data.rank(); ++d)
    if (d != axis)
      b.require(1 - less(data.dim(d), indices.dim(d)),
                "indices must not be larger than data");
  Size extent = data.dim(axis);
  CheckedIndex index(node, indices, {&extent, 1});
  node.output(
      b.map(indices.shape(), data.dtype(), [&](std::span<const Scalar> at) {
        return data.at(replaced(at, axis, index.at(at)));
      }));
}

LANDFALL_ONNX(gather_elements, {"GatherElements", 11, gather_elements})

} // namespace landfall::frontend
