//===- fully_connected.cpp - A fully connected layer ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// The matrix with the dimensions before `axis` as rows.
static Tensor as_matrix(const Node &node, Tensor x, const char *name) {
  int axis = node.count(node.int_attr(name, 1), name, 0, x.rank());
  return node.b().reshape(x, {product(sublist(x.shape(), 0, axis)),
                              product(sublist(x.shape(), axis, x.rank()))});
}

// Y = X W^T + B with X and W seen as matrices
static void fully_connected(Node &node) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = as_matrix(node, node.input(0, "X"), "axis");
  product.b = as_matrix(node, node.input(1, "W"), "axis_w");
  product.transpose_b = true;
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  Tensor bias = node.input(2, "B", 1);
  require_equal(b, bias.dim(0), product.b.dim(0),
                "B needs one value a row of W");
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return sum + convert(bias.at({p[1]}), product.accumulator);
  };
  node.output(matrix_product(b, product));
}

LANDFALL_ONNX(fully_connected, {"FC", 1, fully_connected})

} // namespace landfall::frontend
