//===- bias_split_gelu.cpp - ONNX Runtime's BiasSplitGelu, BiasAdd --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// BiasSplitGelu: Y[..., d] = v[..., d] * gelu(v[..., D / 2 + d]), v = X + bias
// BiasAdd:       Y = X + bias + skip
// with a bias along the last dimension
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/gelu.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void bias_split_gelu(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), bias = node.input(1, "bias");
  node.expect(x.rank() >= 1, "X needs a dimension");
  require_list(node, bias, "bias", x.dim(-1));
  require_equal(b, mod(x.dim(-1), 2), 0, "X's last dimension must be even");
  Size half = floordiv(x.dim(-1), 2);
  Shape shape = replaced(x.shape(), x.rank() - 1, half);
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    auto biased = [&](Scalar column) {
      Scalars at = replaced(p, x.rank() - 1, column);
      return widen(x.at(at)) + widen(bias.at({column}));
    };
    Scalar gate = gelu_of(biased(p.back() + b.scalar(half)));
    return convert(biased(p.back()) * gate, x.dtype());
  }));
}

static void bias_add(Node &node) {
  Tensor x = node.input(0, "X"), bias = node.input(1, "bias");
  Tensor skip = node.input(2, "skip");
  node.expect(x.rank() >= 1, "X needs a dimension");
  require_list(node, bias, "bias", x.dim(-1));
  require_same_shape(node, x, skip, "X and skip");
  node.output(
      node.b().map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
        Scalar total =
            widen(x.at(p)) + widen(bias.at({p.back()})) + widen(skip.at(p));
        return convert(total, x.dtype());
      }));
}

LANDFALL_ONNX(bias_split_gelu,
              {"BiasSplitGelu", 1, bias_split_gelu, "com.microsoft"},
              {"BiasAdd", 1, bias_add, "com.microsoft"})

} // namespace landfall::frontend
