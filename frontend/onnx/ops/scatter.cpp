//===- scatter.cpp - The old name of ScatterElements ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/scatter_along_axis.h"

namespace landfall::frontend {

// output = data; output[i... with i[axis] = indices[i...]] = updates[i...]
static void scatter(Node &node) {
  node.output(scatter_along_axis(node, ScatterReduction::none));
}

LANDFALL_ONNX(scatter, {"Scatter", 9, scatter})

} // namespace landfall::frontend
