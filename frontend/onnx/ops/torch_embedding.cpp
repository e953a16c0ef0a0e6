//===- torch_embedding.cpp - ONNX Runtime's TorchEmbedding ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[q..., m] = weight[indices[q...], m]; padding_idx and scale_grad_by_freq
// concern training alone
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

static void torch_embedding(Node &node) {
  Tensor weight = node.input(0, "weight", 2);
  Tensor indices = node.input(1, "indices");
  Size rows = weight.dim(0);
  CheckedIndex row(node, indices, {&rows, 1}, CheckedIndex::Negative::refused);
  Shape shape = indices.shape();
  shape.push_back(weight.dim(1));
  node.output(
      node.b().map(shape, weight.dtype(), [&](std::span<const Scalar> p) {
        return weight.at({row.at(p.first(p.size() - 1)), p.back()});
      }));
}

LANDFALL_ONNX(torch_embedding,
              {"TorchEmbedding", 1, torch_embedding, "com.microsoft"})

} // namespace landfall::frontend
