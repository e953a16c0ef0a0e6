//===- random_uniform.cpp - Uniform random numbers --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random_fill.h"

namespace landfall::frontend {

// output = uniform in [low, high)
static void random_uniform(Node &node) {
  auto [shape, type] = random_shape(node);
  uniform_operator(node, shape, type);
}

LANDFALL_ONNX(random_uniform, {"RandomUniform", 1, random_uniform})

} // namespace landfall::frontend
