//===- class_loss.h - Losses that pick the target's class -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// -weight[target] log_prob[n, target, d...], reduced as the attributes
/// `reduction` and `ignore_index` say. A target outside [0, classes) counts
/// like an ignored one. Weight may be absent.
Tensor class_loss(Node &node, Tensor log_prob, Tensor target, Tensor weight);

} // namespace landfall::frontend
