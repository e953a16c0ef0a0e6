//===- q_linear_concat.cpp - ONNX Runtime's QLinearConcat -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = the tensors side by side along `axis`, each requantised from its own
// scale and zero point to Y's. Operands: Y_scale, Y_zero_point, then a tensor,
// its scale and its zero point for each.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

static void q_linear_concat(Node &node) {
  int count = node.input_count() - 2;
  node.expect(count >= 3 && count % 3 == 0,
              "each tensor needs a scale and a zero point");
  DType type = node.input(1, "Y_zero_point").dtype();
  QuantScheme y(node, 0, "Y", type);
  Tensors parts;
  for (int position = 2; position < count + 2; position += 3) {
    QuantTensor x(node, position, "a part");
    node.expect(x.tensor.dtype() == type, "all parts must have Y's type");
    parts.push_back(
        node.b().elementwise({x.tensor}, [&](std::span<const Scalar> e) {
          return y.nearest(x.scheme.real(e[0]));
        }));
  }
  int axis = node.axis(node.int_attr("axis"), parts[0].rank());
  node.output(ir::concatenate(node.b(), parts, axis));
}

LANDFALL_ONNX(q_linear_concat,
              {"QLinearConcat", 1, q_linear_concat, "com.microsoft"})

} // namespace landfall::frontend
