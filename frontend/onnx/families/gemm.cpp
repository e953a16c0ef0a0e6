//===- gemm.cpp - General matrix products ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/gemm.h"

#include "frontend/onnx/families/stored_operands.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

/// factor * x, exactly x for the factor 1; integers go through f64.
static Scalar scaled(Scalar x, double factor) {
  if (factor == 1)
    return x;
  if (is_integer(x.dtype()))
    return cast(cast(x, DType::f64) * factor, x.dtype());
  return x * factor;
}

Tensor gemm_of(Node &node) {
  Tensor a = node.input(0, "A");
  return gemm_of(node, {a, node.input(1, "B"), node.optional_input(2, "C"),
                        node.float_attr("alpha", 1), node.float_attr("beta", 1),
                        a.dtype()});
}

Tensor gemm_of(const Node &node, const GemmOperands &operands) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = operands.a;
  product.b = operands.b;
  node.expect(product.a.rank() == 2 && product.b.rank() == 2,
              "A and B must be matrices");
  product.transpose_a = flag_unless_zero(node, "transA", false);
  product.transpose_b = flag_unless_zero(node, "transB", false);
  product.result = operands.result;
  product.accumulator = compute_type(product.result);
  Tensor c = operands.c;

  Shape result = {product.a.dim(product.transpose_a ? 1 : 0),
                  product.b.dim(product.transpose_b ? 0 : 1)};
  if (c) {
    node.expect(c.rank() <= 2, "C must broadcast to a matrix");
    for (int i = 0; i < c.rank(); ++i) {
      Size extent = c.dim(i), target = result[2 - c.rank() + i];
      require_equal(b, broadcast(target, extent), target,
                    "Gemm's C does not broadcast to the product's shape");
    }
  }
  if (operands.beta == 0) // As in BLAS, C is not read: its NaN do not count.
    c = Tensor();
  product.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    Scalar value = scaled(sum, operands.alpha);
    for (Tensor factor : operands.factors)
      value = value * factor.at({});
    if (!c)
      return value;
    Scalars indices;
    for (int i = 0; i < c.rank(); ++i) {
      int axis = 2 - c.rank() + i;
      indices.push_back(
          broadcast_index(b, c.dim(i), result[axis], point[axis]));
    }
    return value + scaled(convert(c.at(indices), value.dtype()), operands.beta);
  };
  return stored_product(node, product);
}

} // namespace landfall::frontend
