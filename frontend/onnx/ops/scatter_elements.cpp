//===- scatter_elements.cpp - Elements stored along an axis -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/scatter_along_axis.h"

namespace landfall::frontend {

// output = data; output[i... with i[axis] = indices[i...]] op= updates[i...]
static void scatter_elements(Node &node) {
  node.output(scatter_along_axis(node, scatter_reduction(node)));
}

LANDFALL_ONNX(scatter_elements, {"ScatterElements", 11, scatter_elements})

} // namespace landfall::frontend
