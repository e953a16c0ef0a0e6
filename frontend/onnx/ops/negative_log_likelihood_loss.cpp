//===- negative_log_likelihood_loss.cpp - Loss of log odds ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/class_loss.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// loss = -weight[target] input[n, target, d...], as it is, summed, or divided
// by the sum of the weights
static void negative_log_likelihood_loss(Node &node) {
  node.output(class_loss(node, real_input(node, 0, "input"),
                         node.input(1, "target"),
                         node.optional_input(2, "weight")));
}

LANDFALL_ONNX(negative_log_likelihood_loss,
              {"NegativeLogLikelihoodLoss", 12, negative_log_likelihood_loss})

} // namespace landfall::frontend
