//===- gelu.cpp - Gaussian error linear unit --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

// none: Y = X / 2 (1 + erf(X / sqrt(2)))
// tanh: Y = X / 2 (1 + tanh(sqrt(2 / pi) (X + 0.044715 X^3)))
static void gelu(Node &node) {
  std::string approximate = node.string_attr("approximate", "none");
  node.expect(approximate == "none" || approximate == "tanh",
              "`approximate` must be none or tanh");
  unary_operator(node, [&](Scalar x) {
    Scalar inner = approximate == "tanh"
                       ? tanh(0.7978845608028654 * (x + 0.044715 * (x * x * x)))
                       : erf(x * 0.7071067811865476);
    return 0.5 * x * (1 + inner);
  });
}

LANDFALL_ONNX(gelu, {"Gelu", 20, gelu})

} // namespace landfall::frontend
