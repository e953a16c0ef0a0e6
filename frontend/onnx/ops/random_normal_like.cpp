//===- random_normal_like.cpp - Normal, like input --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random_fill.h"

namespace landfall::frontend {

// output = normal with `mean` and standard deviation `scale`
static void random_normal_like(Node &node) {
  auto [shape, type] = random_like(node);
  normal_operator(node, shape, type);
}

LANDFALL_ONNX(random_normal_like, {"RandomNormalLike", 1, random_normal_like})

} // namespace landfall::frontend
