//===- size.cpp - The number of elements ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// size = product of data's extents
static void size(Node &node) {
  node.output(node.b().from_size(node.input(0, "data").element_count()));
}

LANDFALL_ONNX(size, {"Size", 1, size})

} // namespace landfall::frontend
