//===- arg_max.cpp - Position of the largest element ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = the index along axis of data's largest element
static void arg_max(Node &node) { arg_operator(node, true); }

LANDFALL_ONNX(arg_max, {"ArgMax", 1, arg_max})

} // namespace landfall::frontend
