//===- fused_mat_mul.cpp - ONNX Runtime's FusedMatMul ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = alpha * A' * B', where transA and transB swap the last two dimensions of
// an operand, transBatchA and transBatchB first move its first dimension
// behind the other batch dimensions. FusedMatMulActivation applies a function
// to the result. SparseToDenseMatMul's A is a sparse constant.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fused_activation.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/permute.h"

#include <numeric>

namespace landfall::frontend {

/// [d0, d1, ..., m, k] as [d1, ..., d0, k] is what transBatch promises: the
/// first dimension becomes the matrices' row dimension.
static Tensor batch_transposed(Tensor x) {
  std::vector<int> order(x.rank());
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  return permute(x, order);
}

static Tensor product_of(const Node &node) {
  MatrixProduct product;
  product.a = node.input(0, "A");
  product.b = node.input(1, "B");
  if (flag_unless_zero(node, "transBatchA", false) && product.a.rank() > 2)
    product.a = batch_transposed(product.a);
  if (flag_unless_zero(node, "transBatchB", false) && product.b.rank() > 2)
    product.b = batch_transposed(product.b);
  product.transpose_a = flag_unless_zero(node, "transA", false);
  product.transpose_b = flag_unless_zero(node, "transB", false);
  product.result = product.a.dtype();
  product.accumulator = compute_type(product.result);
  double alpha = node.float_attr("alpha", 1);
  if (alpha != 1)
    product.epilogue = [alpha](std::span<const Scalar>, Scalar sum) {
      return sum * alpha;
    };
  return matrix_product(node.b(), product);
}

static void fused_mat_mul(Node &node) { node.output(product_of(node)); }

static void fused_mat_mul_activation(Node &node) {
  std::vector<float> parameters;
  for (const char *name :
       {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.has_attr(name))
      parameters.push_back(float(node.float_attr(name)));
  node.output(activated(product_of(node), fused_activation(node, parameters)));
}

LANDFALL_ONNX(fused_mat_mul, {"FusedMatMul", 1, fused_mat_mul, "com.microsoft"},
              {"TransposeMatMul", 1, fused_mat_mul, "com.microsoft"},
              {"SparseToDenseMatMul", 1, fused_mat_mul, "com.microsoft"},
              {"FusedMatMulActivation", 1, fused_mat_mul_activation,
               "com.microsoft"})

} // namespace landfall::frontend
