//===- softsign.cpp - X over 1 + |X| ----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = input / (1 + |input|)
static void softsign(Node &node) {

  unary_operator(node, [](Scalar x) { return x / (1 + abs(x)); });
}

LANDFALL_ONNX(softsign, {"Softsign", 1, softsign})

} // namespace landfall::frontend
