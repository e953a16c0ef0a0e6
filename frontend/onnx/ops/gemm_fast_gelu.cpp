//===- gemm_fast_gelu.cpp - ONNX Runtime's GemmFastGelu -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = FastGelu(X * W + bias), with a bias along the last dimension
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/gelu.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void gemm_fast_gelu(Node &node) {
  MatrixProduct product;
  product.a = node.input(0, "X");
  product.b = node.input(1, "W", 2);
  Tensor bias = node.optional_input(2, "bias");
  if (bias)
    require_list(node, bias, "bias", product.b.dim(1));
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  product.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return tanh_gelu_of(bias ? sum + widen(bias.at({p.back()})) : sum);
  };
  node.output(matrix_product(node.b(), product));
}

LANDFALL_ONNX(gemm_fast_gelu,
              {"GemmFastGelu", 1, gemm_fast_gelu, "com.microsoft"})

} // namespace landfall::frontend
