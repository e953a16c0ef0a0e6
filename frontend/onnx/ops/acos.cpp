//===- acos.cpp - Inverse cosine --------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = acos(input)
LANDFALL_ONNX(acos, {"Acos", 7, unary_operator<ScalarOp::acos>})

} // namespace landfall::frontend
