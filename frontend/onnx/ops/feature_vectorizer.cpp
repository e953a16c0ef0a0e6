//===- feature_vectorizer.cpp - Features side by side -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

/// x as [samples, features], cut or filled up with zeros to `width` features.
static Tensor features(const Node &node, Tensor x, Size width) {
  Builder &b = node.b();
  node.expect(x.rank() >= 1, "the operands must have rank 1 or more");
  std::span<const Size> dims = x.shape();
  Size samples = x.rank() == 1 ? Size(1) : dims[0];
  Size given = x.rank() == 1 ? dims[0] : product(dims.subspan(1));
  Tensor rows = b.reshape(x, {samples, given});
  return b.map({samples, width}, DType::f32, [&](std::span<const Scalar> at) {
    Scalar zero = b.literal(rows.dtype(), 0);
    Scalar inside = at[1] < b.scalar(given);
    return convert(rows.at_or(at, inside, zero), DType::f32);
  });
}

// Y[n] = the features of sample n in all inputs, one input after the other
static void feature_vectorizer(Node &node) {
  Tensors inputs = node.inputs();
  std::vector<int64_t> widths = node.ints_attr("inputdimensions");
  node.expect(widths.size() == inputs.size(),
              "`inputdimensions` needs one value an input");
  Tensors parts;
  for (size_t k = 0; k < inputs.size(); ++k) {
    node.expect(widths[k] >= 0, "`inputdimensions` must not be negative");
    parts.push_back(features(node, inputs[k], widths[k]));
  }
  node.output(ir::concatenate(node.b(), parts, 1));
}

LANDFALL_ONNX(feature_vectorizer,
              {"FeatureVectorizer", 1, feature_vectorizer, "ai.onnx.ml"})

} // namespace landfall::frontend
