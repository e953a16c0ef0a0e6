//===- arg_min.cpp - Position of the smallest element -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = the index along axis of data's smallest element
static void arg_min(Node &node) { arg_operator(node, false); }

LANDFALL_ONNX(arg_min, {"ArgMin", 1, arg_min})

} // namespace landfall::frontend
