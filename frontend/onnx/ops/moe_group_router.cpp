//===- moe_group_router.cpp - Which experts serve a token, by gr-*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"
#include "ir/table.h"

namespace landfall::frontend {
namespace {

struct Router {
  Builder &b;
  Tensor scores; ///< [T, E]: sigmoid(logits) + expert_bias.
  int64_t groups, group_top, active_groups, top;

  Size experts() const { return scores.dim(1); }
  Size members() const { return floordiv(experts(), groups); }

  /// How many of `rivals` come before the expert (or group) with `value` at
  /// `position`; of equals the first.
  Scalar place(Size rivals, Scalar value, Scalar position,
               const std::function<Scalar(Scalar)> &rival) const {
    return sum(b, {rivals}, DType::i64, [&](std::span<const Scalar> j) {
      Scalar other = rival(j[0]);
      Scalar earlier = logical_and(other == value, j[0] < position);
      return cast(logical_or(other > value, earlier), DType::i64);
    });
  }

  /// [T, G]: the sum of each group's group_top best scores.
  Tensor group_scores() const {
    auto score = [&](Scalar token, Scalar group, Scalar member) {
      return scores.at({token, group * b.scalar(members()) + member});
    };
    Tensor places = ir::table(
        b, {scores.dim(0), groups, members()}, DType::i64,
        [&](std::span<const Scalar> p) {
          return place(members(), score(p[0], p[1], p[2]), p[2],
                       [&](Scalar j) { return score(p[0], p[1], j); });
        });
    return b.map({scores.dim(0), groups}, DType::f32,
                 [&](std::span<const Scalar> p) {
                   return sum(b, {members()}, DType::f32,
                              [&](std::span<const Scalar> m) {
                                Scalar counts = places.at({p[0], p[1], m[0]}) <
                                                double(group_top);
                                return select(counts, score(p[0], p[1], m[0]),
                                              b.literal(DType::f32, 0));
                              });
                 });
  }

  /// [T, E]: the scores, and -inf in groups that are not active.
  Tensor active_scores() const {
    if (groups <= active_groups)
      return scores;
    Tensor group = group_scores();
    Tensor places =
        ir::table(b, group.shape(), DType::i64, [&](std::span<const Scalar> p) {
          return place(groups, group.at(p), p[1],
                       [&](Scalar j) { return group.at({p[0], j}); });
        });
    return b.map(scores.shape(), DType::f32, [&](std::span<const Scalar> p) {
      Scalar active =
          places.at({p[0], p[1] / b.scalar(members())}) < double(active_groups);
      return select(active, scores.at(p), lowest(b, DType::f32));
    });
  }

  /// [T, E]: whether the expert is one of the token's `top` best.
  Tensor chosen() const {
    Tensor active = active_scores();
    return ir::table(
        b, active.shape(), DType::boolean, [&](std::span<const Scalar> p) {
          Scalar value = active.at(p);
          Scalar before = place(experts(), value, p[1],
                                [&](Scalar j) { return active.at({p[0], j}); });
          return logical_and(before<double(top), value> lowest(b, DType::f32));
        });
  }
};

/// [T, E]: logits, or activations times projection_weight.
Tensor logits_of(const Node &node, Tensor x) {
  Builder &b = node.b();
  Tensor weight = node.optional_input(2, "projection_weight", 2);
  node.expect(x.rank() >= 1, "logits needs a dimension");
  Size width = x.dim(-1);
  x = b.reshape(x, {product(sublist(x.shape(), 0, x.rank() - 1)), width});
  if (!weight)
    return x;
  require_equal(b, weight.dim(1), width,
                "projection_weight does not fit the activations");
  Contraction c;
  c.shape = {x.dim(0), weight.dim(0)};
  c.reduce = {width};
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(widen(x.at({p[0], k[0]})), widen(weight.at({p[1], k[0]})));
  };
  return b.contract(c);
}

// s = sigmoid(logits); the topk_group groups with the largest sums of their
// group_topk best s + expert_bias are active, and of these the top_k experts
// with the largest s + expert_bias chosen: router_probs = log(max(s, 1e-20)) of
// them, else router_sentinel; router_weights = s; selection_scores = s +
// expert_bias
void moe_group_router(Node &node) {
  Builder &b = node.b();
  Tensor given = node.input(0, "logits"), logits = logits_of(node, given);
  Tensor bias = node.input(1, "expert_bias");
  require_list(node, bias, "expert_bias", logits.dim(1));
  Tensor weights = b.elementwise(
      {logits}, [](std::span<const Scalar> e) { return sigmoid(widen(e[0])); });
  Tensor scores =
      b.map(logits.shape(), DType::f32, [&](std::span<const Scalar> p) {
        return weights.at(p) + bias.at({p[1]});
      });
  node.output(1, scores);
  node.output(2, weights);
  if (!node.wants_output(0))
    return;
  Router router{b,
                scores,
                node.int_attr("n_group", 1),
                node.int_attr("group_topk", 2),
                node.int_attr("topk_group", 1),
                node.int_attr("top_k")};
  node.expect(router.groups > 0 && router.group_top > 0 &&
                  router.active_groups > 0 && router.top > 0,
              "the numbers of groups and experts must be positive");
  require_equal(b, router.members() * router.groups, router.experts(),
                "n_group does not divide the number of experts");
  Tensor chosen = router.chosen();
  double sentinel = node.float_attr("router_sentinel", -10000);
  node.output(
      0, b.map(logits.shape(), given.dtype(), [&](std::span<const Scalar> p) {
        Scalar share = log(maximum(weights.at(p), 1e-20));
        return convert(
            select(chosen.at(p), share, b.literal(DType::f32, sentinel)),
            given.dtype());
      }));
}

} // namespace

LANDFALL_ONNX(moe_group_router,
              {"MoEGroupRouter", 1, moe_group_router, "com.microsoft"})

} // namespace landfall::frontend
