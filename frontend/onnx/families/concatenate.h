//===- concatenate.h - Tensors side by side ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// `inputs` (at least one, of one rank and type) side by side along `axis`.
Tensor concatenate(const Node &node, std::span<const Tensor> inputs, int axis);

} // namespace landfall::frontend
