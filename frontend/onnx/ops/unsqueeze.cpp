//===- unsqueeze.cpp - Adds dimensions of extent 1 --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"

namespace landfall::frontend {

// expanded[d] has extent 1 where d is in axes; the others are data's, in order.
static void unsqueeze(Node &node) {
  Tensor data = node.input(0, "data");
  auto given = axes_of(node, 1, 13);
  node.expect(given.has_value(), "'axes' is missing");
  int rank = data.rank() + static_cast<int>(given->size());
  AxisList axes(node, *given, rank);
  Shape shape;
  Size position = 0; // In data's dimensions.
  for (int d = 0; d < rank; ++d) {
    Size added = axes.names(d);
    Size kept = 0;
    for (int k = 0; k < data.rank(); ++k)
      kept = kept + equal(position, k) * data.dim(k);
    shape.push_back(select(added, 1, kept));
    position = position + (1 - added);
  }
  node.output(node.b().reshape(data, shape));
}

LANDFALL_ONNX(unsqueeze, {"Unsqueeze", 1, unsqueeze})

} // namespace landfall::frontend
