//===- is_inf.cpp - Finds infinities ----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"
#include "frontend/onnx/support/loose_flags.h"

#include <limits>

namespace landfall::frontend {

// Y = X is +inf (if detect_positive) or -inf (if detect_negative)
static void is_inf(Node &node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool negative = flag_unless_zero(node, "detect_negative", true);
  bool positive = flag_unless_zero(node, "detect_positive", true);
  predicate_operator(node, [&](Scalar x) {
    Scalar found = node.b().literal_int(DType::boolean, 0);
    if (positive)
      found = logical_or(found, x == infinity);
    if (negative)
      found = logical_or(found, x == -infinity);
    return found;
  });
}

LANDFALL_ONNX(is_inf, {"IsInf", 10, is_inf})

} // namespace landfall::frontend
