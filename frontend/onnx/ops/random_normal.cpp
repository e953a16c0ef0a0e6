//===- random_normal.cpp - Normal random numbers ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random_fill.h"

namespace landfall::frontend {

// output = normal with `mean` and standard deviation `scale`
static void random_normal(Node &node) {
  auto [shape, type] = random_shape(node);
  normal_operator(node, shape, type);
}

LANDFALL_ONNX(random_normal, {"RandomNormal", 1, random_normal})

} // namespace landfall::frontend
