//===- mod.cpp - Remainder of a division ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// fmod = 0: C = A - B floor(A / B), with the sign of B
// fmod = 1: C = A - B trunc(A / B), with the sign of A
static void mod(Node &node) {
  bool truncate = node.flag_attr("fmod", false);
  binary_operator(
      node, [&](Scalar a, Scalar b) { return truncate ? fmod(a, b) : a % b; });
}

LANDFALL_ONNX(mod, {"Mod", 10, mod})

} // namespace landfall::frontend
