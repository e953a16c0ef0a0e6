//===- group_normalization.cpp - Normalises channel groups ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// y = scale (x - mean) / sqrt(variance + epsilon) + bias, with mean and
// variance over one group of a sample's channels. Scale and bias have one value
// a channel, in opset 18 one a group.
static void group_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  int64_t groups = node.int_attr("num_groups");
  node.expect(x.rank() >= 2, "X needs a batch and a channel dimension");
  node.expect(groups > 0, "`num_groups` must be positive");
  Builder &b = node.b();
  Size in_group = floordiv(x.dim(1), groups);
  Shape shape = {x.dim(0), groups, in_group};
  shape.insert(shape.end(), x.shape().begin() + 2, x.shape().end());

  bool by_group = node.version() < 21;
  auto parameter = [&](int position, std::string_view name) -> PointBody {
    Tensor values = node.input(position, name);
    require_list(node, values, name, by_group ? Size(groups) : x.dim(1));
    return [&b, values, by_group, in_group](std::span<const Scalar> i) {
      Scalar channel = i[1] * b.scalar(in_group) + i[2];
      return values.at({by_group ? i[1] : channel});
    };
  };
  Tensor y = normalize_rows(Rows::from_axis(b.reshape(x, shape), 2),
                            node.float_attr("epsilon", 1e-5f),
                            parameter(1, "scale"), parameter(2, "bias"));
  node.output(b.reshape(y, x.shape()));
}

LANDFALL_ONNX(group_normalization,
              {"GroupNormalization", 18, group_normalization})

} // namespace landfall::frontend
