//===- tree_ensemble_classifier.cpp - ONNX TreeEnsembleClassifier ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Z[n, e] = post_transform(base[e] + sum over the trees of the weights for
// class e of the leaf that sample n reaches); Y[n] = the label of the largest.
// If all votes are for one of two classes, with score s, the label follows from
// s > 0.5 for weights that are not negative, else s > 0. If it is the first
// class, its score is meant for the second: (1 - s, s) or else (-s, s).
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"
#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/support/class_labels.h"
#include "frontend/onnx/support/compute_type.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// What the votes of a forest have in common.
struct Votes {
  bool one_target = true;
  bool none_negative = true;
  int64_t target = -1; ///< The first vote's.
};

Votes survey(const Forest &forest) {
  Votes votes;
  for (const Forest::Node &node : forest.nodes)
    for (auto [target, weight] : node.votes) {
      if (votes.target < 0)
        votes.target = target;
      votes.one_target &= target == votes.target;
      votes.none_negative &= weight >= 0;
    }
  return votes;
}

/// base + scores; a single base value serves every class.
Tensor with_base(const Node &node, Tensor scores) {
  std::vector<double> base = reals_attr(node, "base_values");
  if (base.empty())
    return scores;
  Builder &b = node.b();
  int64_t classes = *scores.dim(1).constant();
  if (base.size() == 1)
    base.resize(classes, base[0]);
  node.expect(int64_t(base.size()) == classes,
              "base_values needs one value a class");
  Tensor table = constant_table(b, DType::f64, base);
  return b.map(scores.shape(), scores.dtype(), [&](std::span<const Scalar> p) {
    return scores.at(p) + convert(table.at({p[1]}), scores.dtype());
  });
}

Tensor best_label(Builder &b, Tensor scores, Tensor labels) {
  return b.map({scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> n) {
    Scalar first = scores.at({n[0], b.index(0)});
    Scalar best =
        b.fold({scores.dim(1)}, {first, b.index(0)},
               [&](std::span<const Scalar> e, std::span<const Scalar> so_far) {
                 Scalar score = scores.at({n[0], e[0]});
                 Scalar better = score > so_far[0];
                 return Scalars{select(better, score, so_far[0]),
                                select(better, e[0], so_far[1])};
               })[1];
    return labels.at({best});
  });
}

/// The labels of one class: 0 and 1, or the empty text and its own.
Tensor absent_or_present(const Node &node, Tensor labels) {
  Builder &b = node.b();
  if (labels.dtype() == DType::i64)
    return constant_table(b, DType::i64, std::vector<int64_t>{0, 1});
  return constant_table(b,
                        {"", node.strings_attr("classlabels_strings").front()});
}

/// Two classes with the score of one: labels by threshold, scores as a pair.
struct SharedScore {
  Builder &b;
  Tensor scores;
  Votes votes;

  Scalar score(Scalar sample) const {
    return scores.at({sample, b.index(votes.target)});
  }
  Tensor label(Tensor labels) const {
    double threshold = votes.none_negative ? 0.5 : 0;
    return b.map(
        {scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> n) {
          return labels.at({cast(score(n[0]) > threshold, DType::i64)});
        });
  }
  Tensor pair() const {
    return b.map({scores.dim(0), 2}, scores.dtype(),
                 [&](std::span<const Scalar> p) {
                   Scalar s = score(p[0]);
                   Scalar other = votes.none_negative ? 1.0 - s : -s;
                   return select(p[1] == 1, s, other);
                 });
  }
};

} // namespace

static void tree_ensemble_classifier(Node &node) {
  Builder &b = node.b();
  Tensor labels = class_labels(node, "classlabels_int64s");
  int64_t classes = label_count(labels);
  Tensor x = node.input(0, "X");
  if (x.rank() == 1)
    x = b.reshape(x, {1, x.dim(0)});
  node.expect(x.rank() == 2, "X must be [samples, features]");
  Forest forest = bind_flat_forest(node, "class", classes);
  check(node, forest, x);
  Votes votes = survey(forest);
  Tensor scores = with_base(node, evaluate(b, forest, x, Aggregate::sum));
  std::string transform = node.string_attr("post_transform", "NONE");
  Tensor label;
  if (classes == 1) {
    label = SharedScore{b, scores, {true, false, 0}}.label(
        absent_or_present(node, labels));
  } else if (classes == 2 && votes.one_target && votes.target >= 0) {
    SharedScore shared{b, scores, votes};
    label = shared.label(labels);
    if (votes.target == 0) {
      scores = shared.pair();
      if (votes.none_negative && transform != "PROBIT")
        transform = "NONE"; // The pair holds probabilities already.
    }
  } else {
    label = best_label(b, scores, labels);
  }
  scores = post_transformed(node, scores, transform);
  node.output(0, label);
  node.output(1, b.elementwise({scores}, [](std::span<const Scalar> e) {
    return convert(e[0], DType::f32);
  }));
}

LANDFALL_ONNX(tree_ensemble_classifier,
              {"TreeEnsembleClassifier", 1, tree_ensemble_classifier,
               "ai.onnx.ml"})

} // namespace landfall::frontend
