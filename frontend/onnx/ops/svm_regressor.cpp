//===- svm_regressor.cpp - ONNX SVMRegressor ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n] = rho + sum over the support vectors v of coefficients[v] * K(X[n], v);
// without support vectors rho + X[n] . coefficients. one_class: its sign.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/families/support_vectors.h"
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

static void svm_regressor(Node &node) {
  Builder &b = node.b();
  Tensor x = samples(node);
  int64_t supports = node.int_attr("n_supports", 0);
  std::vector<float> coefficients = node.floats_attr("coefficients");
  std::vector<float> rho = node.floats_attr("rho");
  node.expect(!rho.empty(), "rho is missing");
  bool linear = supports <= 0;
  Tensor kernels =
      linear ? kernel_values(node, x, "coefficients", 1, "LINEAR")
             : kernel_values(node, x, "support_vectors", supports,
                             node.string_attr("kernel_type", "LINEAR"));
  node.expect(linear || int64_t(coefficients.size()) == supports,
              "coefficients needs one value a support vector");
  Tensor weights = constant_table(b, DType::f32, coefficients);
  DType type = kernels.dtype();
  bool one_class = node.flag_attr("one_class", false);
  Tensor scores = b.map({x.dim(0), 1}, type, [&](std::span<const Scalar> p) {
    Scalar total =
        linear ? kernels.at({p[0], b.index(0)})
               : sum(b, {supports}, type, [&](std::span<const Scalar> v) {
                   return kernels.at({p[0], v[0]}) *
                          convert(weights.at({v[0]}), type);
                 });
    total = total + rho[0];
    return one_class
               ? select(total > 0, b.literal(type, 1), b.literal(type, -1))
               : total;
  });
  scores = post_transformed(node, scores);
  node.output(b.elementwise({scores}, [](std::span<const Scalar> e) {
    return convert(e[0], DType::f32);
  }));
}

LANDFALL_ONNX(svm_regressor, {"SVMRegressor", 1, svm_regressor, "ai.onnx.ml"})

} // namespace landfall::frontend
