//===- random_uniform_like.cpp - Uniform, like input ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random_fill.h"

namespace landfall::frontend {

// output = uniform in [low, high)
static void random_uniform_like(Node &node) {
  auto [shape, type] = random_like(node);
  uniform_operator(node, shape, type);
}

LANDFALL_ONNX(random_uniform_like,
              {"RandomUniformLike", 1, random_uniform_like})

} // namespace landfall::frontend
