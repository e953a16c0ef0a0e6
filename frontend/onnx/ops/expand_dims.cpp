//===- expand_dims.cpp - ONNX Runtime's ExpandDims ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = X with a dimension of extent 1 before dimension `axis`, which may be
// known only at run time
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

static void expand_dims(Node &node) {
  Tensor x = node.input(0, "X");
  int rank = x.rank() + 1;
  Size axis = node.b().read_required(
      one_element(node, node.input(1, "axis")), 0, {-rank, rank - 1},
      "axis must be from " + std::to_string(-rank) + " to " +
          std::to_string(rank - 1));
  axis = axis + less(axis, 0) * rank;
  Shape shape;
  for (int d = 0; d < rank; ++d) {
    Size before = d < x.rank() ? x.dim(d) : Size(1);
    Size after = d > 0 ? x.dim(d - 1) : Size(1);
    shape.push_back(
        select(equal(axis, d), 1, select(less(axis, d), after, before)));
  }
  node.output(node.b().reshape(x, shape));
}

LANDFALL_ONNX(expand_dims, {"ExpandDims", 1, expand_dims, "com.microsoft"})

} // namespace landfall::frontend
