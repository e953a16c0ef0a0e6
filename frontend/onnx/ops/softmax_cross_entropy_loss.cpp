//===- softmax_cross_entropy_loss.cpp - Loss of a softmax -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/class_loss.h"
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

// log_prob = log(softmax(scores)) over classes
// output = the negative log likelihood loss of log_prob
static void softmax_cross_entropy_loss(Node &node) {
  Tensor scores = real_input(node, 0, "scores");
  node.expect(scores.rank() >= 2, "scores need a class dimension");
  Tensor log_prob = log_softmax_of(Rows::along(scores, std::array{1}));
  node.output(0, class_loss(node, log_prob, node.input(1, "labels"),
                            node.optional_input(2, "weights")));
  if (node.wants_output(1))
    node.output(1, log_prob);
}

LANDFALL_ONNX(softmax_cross_entropy_loss,
              {"SoftmaxCrossEntropyLoss", 12, softmax_cross_entropy_loss})

} // namespace landfall::frontend
