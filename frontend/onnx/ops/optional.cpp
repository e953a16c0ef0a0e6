//===- optional.cpp - A value that may be absent ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output = an optional that holds the input, or nothing
static void optional(Node &node) {
  Any value = node.has_input(0) ? node.any_input(0, "input") : Any();
  node.output(make_optional(node.b(), value));
}

LANDFALL_ONNX(optional, {"Optional", 15, optional})

} // namespace landfall::frontend
