//===- identity.cpp - The value itself --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// output = input
static void identity(Node &node) { node.output(node.any_input(0, "input")); }

LANDFALL_ONNX(identity, {"Identity", 1, identity},
              {"SampleOp", 1, identity, "com.microsoft"})

} // namespace landfall::frontend
