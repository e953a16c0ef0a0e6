//===- cast_like.cpp - Converts to another tensor's type --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cast.h"

namespace landfall::frontend {

// output = input as target_type's type
static void cast_like(Node &node) {
  cast_operator(node, node.input(1, "target_type").dtype());
}

LANDFALL_ONNX(cast_like, {"CastLike", 15, cast_like})

} // namespace landfall::frontend
