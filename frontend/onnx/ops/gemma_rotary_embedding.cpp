//===- gemma_rotary_embedding.cpp - Rotation of queries and keys ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// output1 = q cos(emb) + q_rot sin(emb), output2 alike of k; the factors are
// rounded to q's type, as is each product
static void gemma_rotary_embedding(Node &node) {
  Builder &b = node.b();
  Tensor angle = node.input(0, "emb", 3);
  for (int which : {0, 1}) {
    Tensor x = node.input(1 + 2 * which, "the state", 4);
    Tensor turned = node.input(2 + 2 * which, "the turned state", 4);
    require_same_shape(node, x, turned, "a state and its turned one");
    for (auto [axis, own] : {std::pair(0, 0), {1, 2}, {2, 3}})
      require_equal(b, angle.dim(axis), x.dim(own),
                    "emb differs from the states in an extent");
    node.output(which, b.map(x.shape(), x.dtype(), [&](auto p) {
      Scalar a = angle.at({p[0], p[2], p[3]});
      return x.at(p) * convert(cos(a), x.dtype()) +
             turned.at(p) * convert(sin(a), x.dtype());
    }));
  }
}

LANDFALL_ONNX(gemma_rotary_embedding, {"GemmaRotaryEmbedding", 1,
                                       gemma_rotary_embedding, "com.microsoft"})

} // namespace landfall::frontend
