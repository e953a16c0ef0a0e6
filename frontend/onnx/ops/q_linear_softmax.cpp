//===- q_linear_softmax.cpp - ONNX Runtime's QLinearSoftmax ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = quantised(exp(r - max r) / sum of exp(r - max r)) along `axis`, with
// r = X_scale * (X - X_zero_point); `opset` is that of the Softmax it was:
// before 13 all dimensions from `axis` on form one row.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

static void q_linear_softmax(Node &node) {
  QuantTensor x(node, 0, "X");
  QuantScheme y(node, 3, "Y", x.tensor.dtype());
  int axis = node.axis(node.int_attr("axis", -1), x.tensor.rank());
  Rows rows = node.int_attr("opset") < 13
                  ? Rows::from_axis(x.tensor, axis)
                  : Rows::along(x.tensor, std::array{axis});
  rows.type = DType::f32;
  // The zero point cancels.
  auto exponential = [&](Scalar element, Scalar top) {
    return exp((element - top) * x.scheme.scale());
  };
  auto folds = [&](const Row &row) -> Scalars {
    Scalar top = row.max();
    return {top,
            row.sum([&](Scalar element) { return exponential(element, top); })};
  };
  node.output(map_rows(
      rows, std::array{rows.type, rows.type}, folds, y.stored(),
      [&](std::span<const Scalar>, Scalar element, const Scalars &folded) {
        return y.nearest(exponential(element, folded[0]) / folded[1]);
      }));
}

LANDFALL_ONNX(q_linear_softmax,
              {"QLinearSoftmax", 1, q_linear_softmax, "com.microsoft"})

} // namespace landfall::frontend
