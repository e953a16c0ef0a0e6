//===- mat_mul_packed.cpp - Products with packed weights --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/packed_rows.h"

namespace landfall::frontend {

// Y[..., n] = activation(sum over k of A[..., k] * B[n, k]) for B's packed rows
// rounded to A's type; relu2(x) = max(x, 0)^2
static void mat_mul_packed(Node &node) {
  Builder &b = node.b();
  int64_t rows = node.int_attr("N"), depth = node.int_attr("K");
  Tensor a = node.input(0, "A"), bytes = node.input(1, "B", 2);
  if (node.has_input(2))
    node.unsupported("MatMulPacked with a global_scale, which belongs to a "
                     "format that is not supported");
  PackedRows packed(node, bytes, "B", node.int_attr("packed_type"), depth);
  require_equal(b, packed.rows(), rows, "B needs N rows");
  std::string activation = node.string_attr("activation_type", "none");
  bool relu2 = activation == "relu2" || activation == "relu_squared";
  node.expect(relu2 || activation == "silu" || activation == "none",
              "activation_type \"" + activation + "\" is not known");
  DType type = a.dtype();
  Tensor weights = b.map({rows, depth}, type, [&](std::span<const Scalar> p) {
    return convert(packed.at(p[0], p[1]), type);
  });
  MatrixProduct product{a, weights, false, true, compute_type(type), type};
  product.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    Scalar y = widen(convert(sum, type));
    if (relu2)
      y = maximum(y, 0) * maximum(y, 0);
    else if (activation == "silu")
      y = y * sigmoid(y);
    return convert(y, type);
  };
  node.output(matrix_product(b, product));
}

LANDFALL_ONNX(mat_mul_packed,
              {"MatMulPacked", 1, mat_mul_packed, "com.microsoft"})

} // namespace landfall::frontend
