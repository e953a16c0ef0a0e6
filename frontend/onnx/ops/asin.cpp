//===- asin.cpp - Inverse sine ----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// output = asin(input)
LANDFALL_ONNX(asin, {"Asin", 7, unary_operator<ScalarOp::asin>})

} // namespace landfall::frontend
