//===- fused_activation.h - Activations fused by optimisers -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The activation that ONNX Runtime's optimiser fused into the node: the one
/// that its attribute `activation` names, with these parameters (alpha, beta,
/// gamma as far as it has them). Empty if there is none.
std::function<Scalar(Scalar)>
fused_activation(const Node &node, const std::vector<float> &parameters);

/// f(x), element by element; x itself without f.
Tensor activated(Tensor x, const std::function<Scalar(Scalar)> &f);

} // namespace landfall::frontend
