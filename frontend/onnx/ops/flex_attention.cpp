//===- flex_attention.cpp - ONNX FlexAttention ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = prob_mod(softmax(score_mod(Q K^T * scale))) V for each head, where the
// two modifiers are subgraphs over the scores [B, H, S, T]; either may be
// absent.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"

#include <cmath>

namespace landfall::frontend {

static Tensor modified(const Node &node, std::string_view attribute, Tensor x) {
  if (!node.has_attr(attribute))
    return x;
  Any argument[] = {x};
  auto results = node.import_body(node.graph_attr(attribute), argument);
  node.expect(results.size() == 1 && results[0].tensor &&
                  results[0].tensor.rank() == 4 &&
                  results[0].tensor.dtype() == x.dtype(),
              std::string(attribute) +
                  " must return one tensor of the scores' rank and type");
  for (int i = 0; i < 4; ++i)
    require_equal(node.b(), results[0].tensor.dim(i), x.dim(i),
                  std::string(attribute) + " must keep the scores' shape");
  return results[0].tensor;
}

static void flex_attention(Node &node) {
  Builder &b = node.b();
  for (int i = 0; i < 3; ++i)
    node.expect(node.input(i, "Q, K and V").rank() == 4,
                "Q, K and V must have rank 4");
  Heads q = heads_of_4d(node.input(0, "Q"));
  Heads k = heads_of_4d(node.input(1, "K"));
  Heads v = heads_of_4d(node.input(2, "V"));
  DType compute = compute_type(q.dtype);
  DType precision = node.dtype_attr("softmax_precision", compute);
  auto scaled = [&](std::span<const Scalar>, Scalar x) {
    if (node.has_attr("scale"))
      return x * node.float_attr("scale");
    return x / sqrt(cast(b.scalar(q.features), x.dtype()));
  };
  Tensor scores =
      modified(node, "score_mod", attention_scores(b, q, k, precision, scaled));
  Tensor probabilities = modified(
      node, "prob_mod", attention_softmax(b, scores, precision, precision, {}));
  Tensor rounded =
      b.elementwise({probabilities}, [&](std::span<const Scalar> e) {
        return convert(e[0], q.dtype);
      });
  node.output(attention_values(b, rounded, v, q.dtype));
}

LANDFALL_ONNX(flex_attention,
              {"FlexAttention", 1, flex_attention, "ai.onnx.preview"})

} // namespace landfall::frontend
