//===- linear_model.cpp - Scores of linear models ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/linear_model.h"

#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/support/attribute_table.h"

#include <numbers>

namespace landfall::frontend {

Tensor linear_scores(Node &node, int64_t rows) {
  Tensor x = node.input(0, "X");
  Builder &b = node.b();
  if (x.rank() == 1)
    x = b.reshape(x, {1, x.dim(0)});
  node.expect(x.rank() == 2, "X must be [samples, features]");
  std::vector<float> values = node.floats_attr("coefficients");
  node.expect(rows > 0 && values.size() % rows == 0,
              "`coefficients` must hold one row a score");
  int64_t features = static_cast<int64_t>(values.size()) / rows;
  if (x.dim(1) != Size(features))
    b.require(equal(x.dim(1), features),
              "X must have " + std::to_string(features) + " features");
  Tensor coefficients = constant_table(b, DType::f32, values, {rows, features});
  std::vector<float> offsets = node.floats_attr("intercepts");
  offsets.resize(rows);
  Tensor intercepts = constant_table(b, DType::f32, offsets);
  DType type = x.dtype() == DType::f64 ? DType::f64 : DType::f32;
  Contraction product;
  product.shape = {x.dim(0), rows};
  product.reduce = {features};
  product.accumulator = type;
  product.factors = [&](std::span<const Scalar> i, std::span<const Scalar> k) {
    return std::pair(convert(x.at({i[0], k[0]}), type),
                     convert(coefficients.at({i[1], k[0]}), type));
  };
  product.epilogue = [&](std::span<const Scalar> i, Scalar sum) {
    return sum + convert(intercepts.at({i[1]}), type);
  };
  return b.contract(product);
}

// Zero scores stay zero; the others share one by their exponentials.
static Tensor softmax_zero(Tensor scores) {
  Rows rows = Rows::from_axis(scores, 1);
  auto power = [](Scalar x, Scalar top) {
    return select(abs(x) > 1e-7, exp(x - top), x * exp(-top));
  };
  auto fold = [&](const Row &row) -> Scalars {
    Scalar top = row.max();
    return {top, row.sum([&](Scalar x) { return power(x, top); })};
  };
  return map_rows(
      rows, std::array{rows.type, rows.type}, fold, rows.type,
      [&](std::span<const Scalar>, Scalar x, const Scalars &folded) {
        Scalar half = x.builder().literal(x.dtype(), 0.5);
        return select(folded[1] == 0, half, power(x, folded[0]) / folded[1]);
      });
}

// sqrt(2) erf^-1(2 x - 1), with Winitzki's closed approximation of the inverse
// that the ONNX reference uses.
static Scalar probit(Scalar x) {
  constexpr double a = 0.147;
  Scalar y = 2 * x - 1;
  Scalar logarithm = log((1 - y) * (1 + y));
  Scalar v = 2 / (std::numbers::pi * a) + 0.5 * logarithm;
  Scalar magnitude = sqrt(sqrt(v * v - logarithm / a) - v);
  return std::numbers::sqrt2 * select(y < 0, -magnitude, magnitude);
}

Tensor post_transformed(Node &node, Tensor scores) {
  return post_transformed(node, scores,
                          node.string_attr("post_transform", "NONE"));
}

Tensor post_transformed(Node &node, Tensor scores,
                        const std::string &transform) {
  auto each = [&](Scalar (*f)(Scalar)) {
    return node.b().elementwise(
        {scores}, [f](std::span<const Scalar> e) { return f(e[0]); });
  };
  if (transform == "NONE")
    return scores;
  if (transform == "LOGISTIC")
    return each(sigmoid);
  if (transform == "PROBIT")
    return each(probit);
  if (transform == "SOFTMAX_ZERO")
    return softmax_zero(scores);
  node.expect(transform == "SOFTMAX", "unknown `post_transform` " + transform);
  Rows rows = Rows::from_axis(scores, 1);
  return map_rows(rows, std::array{rows.type, rows.type}, softmax_folds,
                  rows.type,
                  [](std::span<const Scalar>, Scalar x, const Scalars &folded) {
                    return exp(x - folded[0]) / folded[1];
                  });
}

} // namespace landfall::frontend
