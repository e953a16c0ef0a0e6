//===- instance_normalization.cpp - Normalises each image -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::frontend {

// output = scale (input - mean) / sqrt(variance + epsilon) + B, with mean and
// variance over the spatial dimensions of one sample's channel
static void instance_normalization(Node &node) {
  Tensor input = real_input(node, 0, "input");
  node.expect(input.rank() >= 2, "input needs a batch and a channel dimension");
  node.output(normalize_rows(
      Rows::from_axis(input, 2), node.float_attr("epsilon", 1e-5f),
      per_channel(node, 1, "scale", input), per_channel(node, 2, "B", input)));
}

LANDFALL_ONNX(instance_normalization,
              {"InstanceNormalization", 1, instance_normalization})

} // namespace landfall::frontend
