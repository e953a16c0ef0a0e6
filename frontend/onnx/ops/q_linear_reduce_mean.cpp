//===- q_linear_reduce_mean.cpp - ONNX Runtime's QLinearReduceMean --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// reduced = quantised(mean of data_scale * (data - data_zero_point)) over axes
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

static void q_linear_reduce_mean(Node &node) {
  QuantTensor x(node, 0, "data");
  QuantScheme y(node, 3, "reduced", x.tensor.dtype());
  std::vector<int> axes;
  for (int64_t axis : node.ints_attr("axes"))
    axes.push_back(node.axis(axis, x.tensor.rank()));
  Rows rows = Rows::along(x.tensor, axes);
  rows.type = DType::f32;
  Tensor reduced =
      fold_rows(rows, std::array{y.stored()}, [&](const Row &row) -> Scalars {
        return {
            y.nearest(row.mean([&](Scalar v) { return x.scheme.real(v); }))};
      })[0];
  Shape shape;
  for (int d = 0; d < x.tensor.rank(); ++d)
    if (rows.running[d] == Size(0))
      shape.push_back(x.tensor.dim(d));
  bool keep = node.flag_attr("keepdims", true);
  node.output(keep ? reduced : node.b().reshape(reduced, shape));
}

LANDFALL_ONNX(q_linear_reduce_mean,
              {"QLinearReduceMean", 1, q_linear_reduce_mean, "com.microsoft"})

} // namespace landfall::frontend
