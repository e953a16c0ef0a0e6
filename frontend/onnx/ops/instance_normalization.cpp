//===- instance_normalization.cpp - Normalises each image -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::onnx {

// output = scale (input - mean) / sqrt(variance + epsilon) + B, with mean and
// variance over the spatial dimensions of one sample's channel
static void instance_normalization(Node &node) {
  Tensor input = node.input(0, "input");
  node.expect(input.rank() >= 2, "input needs a batch and a channel dimension");
  node.output(normalize_rows(
      Rows::from_axis(input, 2), node.float_attr("epsilon", 1e-5f),
      per_channel(node.input(1, "scale")), per_channel(node.input(2, "B"))));
}

LANDFALL_ONNX(instance_normalization,
              {"InstanceNormalization", 1, instance_normalization})

} // namespace landfall::onnx
