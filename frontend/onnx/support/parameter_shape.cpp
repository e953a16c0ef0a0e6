//===- parameter_shape.cpp - Shapes that operands must have -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/parameter_shape.h"

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

void require_list(const Node &node, Tensor operand, std::string_view name,
                  Size count) {
  std::string text = "operand " + std::string(name) +
                     " must be a list of length " + count.str();
  node.expect(operand.rank() == 1, text);
  require_equal(node.b(), operand.dim(0), count, text);
}

void require_same_shape(const Node &node, Tensor a, Tensor b,
                        std::string_view names) {
  std::string text = std::string(names) + " must have one shape";
  node.expect(a.rank() == b.rank(), text);
  for (int d = 0; d < a.rank(); ++d)
    require_equal(node.b(), a.dim(d), b.dim(d), text);
}

void require_broadcasts_to(const Node &node, Tensor operand,
                           std::string_view name, Tensor x) {
  std::string text = "operand " + std::string(name) + " of shape " +
                     to_string(operand.shape()) + " must broadcast to " +
                     to_string(x.shape());
  node.expect(operand.rank() <= x.rank(), text);
  for (int d = 1; d <= operand.rank(); ++d) {
    Size extent = operand.dim(-d), wide = x.dim(-d);
    if (extent == wide || extent == Size(1))
      continue;
    node.b().require(max(equal(extent, wide), equal(extent, 1)), text);
  }
}

} // namespace landfall::frontend
