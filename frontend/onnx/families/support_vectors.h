//===- support_vectors.h - Kernels of support vector machines - -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// [N, `rows`]: the node's kernel function (`kernel_type`, `kernel_params`) of
/// each sample of x [N, F] and each of the rows [rows, F] in attribute `name`;
/// in f32, or f64 if x is.
Tensor kernel_values(Node &node, Tensor x, const std::string &name,
                     int64_t rows, const std::string &kernel);

/// Operand X as [samples, features].
Tensor samples(Node &node);

} // namespace landfall::frontend
