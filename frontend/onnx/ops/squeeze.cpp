//===- squeeze.cpp - Drops dimensions of extent 1 ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"

namespace landfall::frontend {
namespace {

/// Without axes, what has extent 1 goes.
std::vector<Size> unit_dims(const Node &node, Tensor data) {
  std::vector<Size> axes;
  for (int d = 0; d < data.rank(); ++d) {
    if (known_different(data.dim(d), 1))
      continue;
    if (node.decide(equal(data.dim(d), 1), {0, 1},
                    "whether dimension " + std::to_string(d) +
                        " of 'data' has extent 1"))
      axes.push_back(d);
  }
  return axes;
}

/// The extents of the dimensions that `axes` does not name, in order: kept
/// dimension d stands at the number of kept ones before it.
Shape kept_dims(Tensor data, const AxisList &axes) {
  Shape shape(data.rank() - axes.count(), 0);
  Size position = 0;
  for (int d = 0; d < data.rank(); ++d) {
    Size kept = 1 - axes.names(d);
    for (size_t k = 0; k < shape.size(); ++k)
      shape[k] = shape[k] + kept * equal(position, k) * data.dim(d);
    position = position + kept;
  }
  return shape;
}

// squeezed = data without the dimensions in axes, whose extents must be 1
void squeeze(Node &node) {
  Tensor data = node.input(0, "data");
  auto given = axes_of(node, 1, 13, data.rank());
  if (given)
    given = without_repeated(*given, data.rank());
  AxisList axes(node, given ? *given : unit_dims(node, data), data.rank());
  for (int d = 0; d < data.rank(); ++d) {
    Size extent = select(axes.names(d), data.dim(d), 1);
    if (extent != Size(1))
      node.b().require(equal(extent, 1),
                       "Squeeze needs extent 1 at dimension " +
                           std::to_string(d));
  }
  node.output(node.b().reshape(data, kept_dims(data, axes)));
}

} // namespace

LANDFALL_ONNX(squeeze, {"Squeeze", 1, squeeze})

} // namespace landfall::frontend
