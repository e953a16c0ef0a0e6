//===- log.cpp - Natural logarithm ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = log(input)
LANDFALL_ONNX(log, {"Log", 1, unary_operator<ScalarOp::log>})

} // namespace landfall::frontend
