//===- score_offsets.cpp - Masks of ONNX Runtime's attention --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/score_offsets.h"

namespace landfall::frontend {

/// What ONNX Runtime adds to scores of keys after the query.
static constexpr double lowest_f32 = -3.4028234663852886e38;

Scalar attention_bias_at(Tensor bias, const Shape &scores,
                         std::span<const Scalar> point) {
  Scalars at;
  for (int i = 0; i < 4; ++i)
    at.push_back(
        broadcast_index(bias.builder(), bias.dim(i), scores[i], point[i]));
  return bias.at(at);
}

ScoreOffsets::ScoreOffsets(const Node &node, Tensor mask, Tensor bias,
                           const Heads &q, const Heads &k, Size past,
                           bool causal)
    : b_(node.b()), mask_(mask), bias_(bias), q_(q), k_(k), past_(past),
      filter_(node.float_attr("mask_filter_value", -10000)), causal_(causal) {
  node.expect(!bias || bias.rank() == 4, "attention_bias must have rank 4");
  if (!mask)
    return;
  int rank = mask.rank();
  node.expect(rank >= 1 && rank <= 4, "a key mask must have rank 1 to 4");
  bool ranges = mask.dim(0) == q.batch * 2 || mask.dim(0) == q.batch * 3 + 2;
  if (rank == 1 && !ranges)
    require_equal(b_, mask.dim(0), q.batch,
                  "a key mask of rank 1 needs one length a sequence");
  // By convention a mask of one column masks nothing.
  if (rank == 2 && mask.dim(1) == Size(1) && k.length != Size(1))
    mask_ = {};
  else if (rank == 2 && mask.dim(1) != k.length)
    b_.require(max(equal(mask.dim(1), k.length), equal(mask.dim(1), 1)),
               "a key mask must cover past and present keys: " +
                   mask.dim(1).str() + " and " + k.length.str());
  else if (rank == 3)
    require_equal(b_, mask.dim(-1), k.length,
                  "a key mask must cover past and present keys");
}

Scalar ScoreOffsets::forbidden(std::span<const Scalar> p) const {
  auto entry = [&](Scalar at) { return convert(mask_.at({at}), DType::i64); };
  if (mask_.rank() == 1) {
    Scalar late = p[3] >= entry(p[0]);
    if (mask_.dim(0) != q_.batch * 2)
      return late;
    return logical_or(late, p[3] < entry(p[0] + b_.scalar(q_.batch)));
  }
  Scalar row = broadcast_index(b_, mask_.dim(0), q_.batch, p[0]);
  if (mask_.rank() == 2) {
    if (mask_.dim(1) == k_.length)
      return mask_.at({row, p[3]}) <= 0;
    Scalar covers = b_.scalar(equal(mask_.dim(1), k_.length));
    return logical_and(mask_.at({row, p[3] * covers}) <= 0, covers != 0);
  }
  if (mask_.rank() == 3)
    return mask_.at({row, p[2], p[3]}) <= 0;
  return mask_.at({row, b_.index(0), p[2] + b_.scalar(past_), p[3]}) <= 0;
}

Scalar ScoreOffsets::apply(std::span<const Scalar> p, Scalar score) const {
  DType type = score.dtype();
  if (bias_)
    score = score +
            convert(attention_bias_at(
                        bias_, {q_.batch, q_.heads, q_.length, k_.length}, p),
                    type);
  Scalar offset;
  if (mask_)
    offset =
        select(forbidden(p), b_.literal(type, filter_), b_.literal(type, 0));
  if (causal_) {
    Scalar open = offset ? offset : b_.literal(type, 0);
    Scalar late = p[3] > p[2] + b_.scalar(past_);
    offset = select(late, b_.literal(type, lowest_f32), open);
  }
  return offset ? score + offset : score;
}

Scalar scaled_score(const Node &node, Scalar x, Size features) {
  double scale = node.float_attr("scale", 0);
  if (scale != 0)
    return x * scale;
  return x / sqrt(cast(node.b().scalar(features), x.dtype()));
}

Tensor attend(const Node &node, const Heads &q, const Heads &k, const Heads &v,
              const ScoreOffsets &offsets) {
  Builder &b = node.b();
  DType compute = compute_type(q.dtype);
  Tensor scores = attention_scores(
      b, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        return offsets.apply(p, scaled_score(node, x, q.features));
      });
  Tensor weights = attention_softmax(b, scores, compute, q.dtype, {});
  return merge_heads(b, attention_values(b, weights, v, q.dtype));
}

} // namespace landfall::frontend
