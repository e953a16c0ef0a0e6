//===- array_feature_extractor.cpp - Picks features by index ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"

namespace landfall::frontend {

// Z[..., k] = X[..., Y[k]]
static void array_feature_extractor(Node &node) {
  Tensor x = node.input(0, "X");
  node.expect(x.rank() >= 1, "X needs a dimension");
  Builder &b = node.b();
  Tensor y = node.input(1, "Y");
  y = b.reshape(y, {y.element_count()});
  CheckedIndex index(node, y, std::array{x.dim(-1)},
                     CheckedIndex::Negative::refused);
  // A vector gives a matrix of one row.
  Shape shape(x.shape().begin(), x.shape().end() - 1);
  if (x.rank() == 1)
    shape.push_back(1);
  shape.push_back(y.dim(0));
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> i) {
    Scalars at(i.begin(), i.end() - 1);
    at.resize(x.rank() - 1);
    at.push_back(index.at(std::array{i.back()}));
    return x.at(at);
  }));
}

LANDFALL_ONNX(array_feature_extractor, {"ArrayFeatureExtractor", 1,
                                        array_feature_extractor, "ai.onnx.ml"})

} // namespace landfall::frontend
