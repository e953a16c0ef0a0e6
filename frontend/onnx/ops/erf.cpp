//===- erf.cpp - Error function ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = erf(input)
LANDFALL_ONNX(erf, {"Erf", 9, unary_operator<ScalarOp::erf>})

} // namespace landfall::frontend
