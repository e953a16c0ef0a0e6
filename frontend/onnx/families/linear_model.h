//===- linear_model.h - Scores of linear models -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// scores[n, e] = sum(X[n, :] coefficients[e, :]) + intercepts[e], in f32 or
/// f64 as X; `rows` of coefficients. X of rank 1 is one sample.
Tensor linear_scores(Node &node, int64_t rows);

/// The attribute `post_transform` of classifiers and regressors applied to
/// scores [N, E]: NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT.
Tensor post_transformed(Node &node, Tensor scores);
/// The same for a given transform.
Tensor post_transformed(Node &node, Tensor scores,
                        const std::string &transform);

} // namespace landfall::frontend
