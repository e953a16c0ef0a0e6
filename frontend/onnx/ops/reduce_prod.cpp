//===- reduce_prod.cpp - Product along axes ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = the product of data along axes
static void reduce_prod(Node &node) {
  reduce_operator(node, 18, false, [](const Row &x) { return x.product(); });
}

LANDFALL_ONNX(reduce_prod, {"ReduceProd", 1, reduce_prod})

} // namespace landfall::frontend
