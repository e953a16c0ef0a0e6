//===- mat_mul.cpp - ONNX MatMul ------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[..., m, n] = sum over k of A[..., m, k] * B[..., k, n], with numpy.matmul's
// broadcasting and treatment of vectors.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/stored_operands.h"

namespace landfall::frontend {

static void mat_mul(Node &node) {
  MatrixProduct product;
  product.a = node.input(0, "A");
  product.b = node.input(1, "B");
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  node.output(stored_product(node, product));
}

LANDFALL_ONNX(mat_mul, {"MatMul", 1, mat_mul})

} // namespace landfall::frontend
