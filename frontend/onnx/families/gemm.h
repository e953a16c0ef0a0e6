//===- gemm.h - General matrix products -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

struct GemmOperands {
  Tensor a, b, c; ///< Matrices; `c` may be absent.
  double alpha, beta;
  DType result;
  Tensors factors = {}; ///< Single numbers that belong to alpha.
};

/// alpha * A' * B' + beta * C, where A' and B' are operands A and B, transposed
/// if transA and transB say so, and C, if present, broadcasts to the product.
Tensor gemm_of(const Node &node, const GemmOperands &operands);
/// Of the node's own.
Tensor gemm_of(Node &node);

} // namespace landfall::frontend
