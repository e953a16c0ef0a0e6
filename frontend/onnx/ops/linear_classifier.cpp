//===- linear_classifier.cpp - Linear classification ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/support/class_labels.h"
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

namespace {

/// One score for two classes: the first class has the negated score.
Tensor both_classes(Builder &b, Tensor scores) {
  return b.map({scores.dim(0), 2}, scores.dtype(),
               [&](std::span<const Scalar> i) {
                 Scalar score = scores.at({i[0], b.index(0)});
                 return select(i[1] == 0, -score, score);
               });
}

/// The label of the best score of each sample.
Tensor best_labels(Builder &b, Tensor scores, Tensor labels) {
  Rows rows = Rows::from_axis(scores, 1);
  return b.map({scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> i) {
    Row row = rows.at(std::array{i[0], b.index(0)});
    return labels.at({row.extreme_position(true, false)});
  });
}

/// A single class: its label from the threshold on, else 0 or the empty text.
Tensor threshold_labels(Builder &b, Tensor scores, Tensor labels,
                        double threshold) {
  return b.map({scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> i) {
    Scalar score = scores.at({i[0], b.index(0)});
    return select(score >= threshold, labels.at({b.index(0)}),
                  b.literal(labels.dtype(), 0));
  });
}

// Z = post_transform(X coefficients^T + intercepts)
// Y = the label of the largest score
void linear_classifier(Node &node) {
  Tensor labels = class_labels(node, "classlabels_ints");
  auto given = static_cast<int64_t>(node.floats_attr("intercepts").size());
  int64_t classes = label_count(labels);
  int64_t rows = given > 0 ? given : classes;
  node.expect(rows == classes || (rows == 1 && classes == 2),
              "there must be one intercept a class");
  Builder &b = node.b();
  Tensor scores = linear_scores(node, rows);
  if (rows == 1 && classes == 2)
    scores = both_classes(b, scores);
  scores = post_transformed(node, scores);
  bool plain = node.string_attr("post_transform", "NONE") == "NONE";
  node.output(0, classes > 1
                     ? best_labels(b, scores, labels)
                     : threshold_labels(b, scores, labels, plain ? 0 : 0.5));
  if (scores.dtype() != DType::f32)
    scores = b.elementwise({scores}, [](std::span<const Scalar> e) {
      return cast(e[0], DType::f32);
    });
  node.output(1, scores);
}

} // namespace

LANDFALL_ONNX(linear_classifier,
              {"LinearClassifier", 1, linear_classifier, "ai.onnx.ml"})

} // namespace landfall::frontend
