//===- acosh.cpp - Inverse hyperbolic cosine --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = acosh(input)
LANDFALL_ONNX(acosh, {"Acosh", 9, unary_operator<ScalarOp::acosh>})

} // namespace landfall::frontend
