//===- scatter_along_axis.cpp - The ScatterElements kernel ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/scatter_along_axis.h"

#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

Tensor scatter_along_axis(const Node &node, ScatterReduction reduction) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data");
  Tensor indices = node.input(1, "indices");
  Tensor updates = node.input(2, "updates");
  int axis = node.axis(node.int_attr("axis", 0), data.rank());
  node.expect(indices.rank() == data.rank() && updates.rank() == data.rank(),
              "data, indices and updates must have one rank");
  for (int d = 0; d < data.rank(); ++d) {
    b.require(equal(indices.dim(d), updates.dim(d)),
              "indices and updates must have one shape");
    if (d != axis)
      b.require(1 - less(data.dim(d), indices.dim(d)),
                "indices must not be larger than data");
  }
  Size extent = data.dim(axis);
  CheckedIndex index(node, indices, {&extent, 1});
  LoopsResult result{data.dtype(), data.shape(), data};
  // Lines along the axis are independent of each other.
  return b.loops(
      removed(indices.shape(), axis), {&result, 1},
      [&](std::span<const Scalar> line, std::span<const Buffer> results) {
        b.fold({indices.dim(axis)}, {},
               [&](std::span<const Scalar> j, std::span<const Scalar>) {
                 Scalars source = inserted(line, axis, j[0]);
                 Scalars target = replaced(source, axis, index.at(source));
                 scatter_store(reduction, results[0], target,
                               updates.at(source));
                 return Scalars();
               });
      })[0];
}

} // namespace landfall::frontend
