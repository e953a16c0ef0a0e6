//===- class_loss.cpp - Losses that pick the target's class -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/class_loss.h"

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {
namespace {

struct Loss {
  Tensor log_prob, target, weight;
  std::optional<int64_t> ignored; ///< A label that says: do not count.

  DType type() const { return compute_type(log_prob.dtype()); }
  /// {weighted loss, weight} of the sample at `i`, an index into target.
  Scalars at(std::span<const Scalar> i) const;
};

Scalars Loss::at(std::span<const Scalar> i) const {
  Builder &b = log_prob.builder();
  Scalar label = target.at(i);
  Scalar counts = logical_and(label >= 0, label < b.scalar(log_prob.dim(1)));
  if (ignored)
    counts = logical_and(counts, label != b.index(*ignored));
  Scalars at(i.begin(), i.end());
  at.insert(at.begin() + 1, label);
  Scalar zero = b.literal(log_prob.dtype(), 0);
  Scalar loss = -widen(log_prob.at_or(at, counts, zero));
  Scalar share = select(counts, b.literal(type(), 1), b.literal(type(), 0));
  if (weight) {
    Scalar none = b.literal(weight.dtype(), 0);
    share = convert(weight.at_or(std::array{label}, counts, none), type());
  }
  return {loss * share, share};
}

/// The labels as i64; the run fails on one that is neither a class nor ignored.
Tensor checked_labels(Builder &b, const Loss &loss) {
  Size classes = loss.log_prob.dim(1);
  LoopsResult result{DType::i64, loss.target.shape(), {}};
  return b.loops(
      result.shape, {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalar label = convert(loss.target.at(at), DType::i64);
        Scalar known = logical_and(label >= 0, label < b.scalar(classes));
        if (loss.ignored)
          known = logical_or(known, label == b.index(*loss.ignored));
        b.check(known,
                "a label is outside the " + classes.str() +
                    " classes and is not 'ignore_index'",
                "label", label);
        results[0].store(at, label);
      })[0];
}

/// {sum of the losses, sum of the weights}.
Scalars totals(const Loss &loss) {
  Builder &b = loss.log_prob.builder();
  Scalar zero = b.literal(loss.type(), 0);
  return b.fold(loss.target.shape(), {zero, zero},
                [&](std::span<const Scalar> i,
                    std::span<const Scalar> carried) -> Scalars {
                  Scalars one = loss.at(i);
                  return {carried[0] + one[0], carried[1] + one[1]};
                });
}

} // namespace

Tensor class_loss(Node &node, Tensor log_prob, Tensor target, Tensor weight) {
  node.expect(log_prob.rank() >= 2 && target.rank() == log_prob.rank() - 1,
              "the target needs one dimension less than the input, which needs "
              "a class dimension");
  std::string reduction = node.string_attr("reduction", "mean");
  node.expect(reduction == "none" || reduction == "sum" || reduction == "mean",
              "`reduction` must be none, sum or mean");
  for (int d = 0; d < target.rank(); ++d)
    require_equal(node.b(), target.dim(d), log_prob.dim(d == 0 ? 0 : d + 1),
                  "the target must have the input's shape but for the classes");
  if (weight)
    require_list(node, weight, "weight", log_prob.dim(1));
  Loss loss{log_prob, target, weight, std::nullopt};
  if (node.has_attr("ignore_index"))
    loss.ignored = node.int_attr("ignore_index");
  Builder &b = node.b();
  loss.target = checked_labels(b, loss);
  DType result = log_prob.dtype();
  if (reduction == "none")
    return b.map(target.shape(), result, [&](std::span<const Scalar> i) {
      return convert(loss.at(i)[0], result);
    });
  return b.map({}, result, [&](std::span<const Scalar>) {
    Scalars sums = totals(loss);
    return convert(reduction == "sum" ? sums[0] : sums[0] / sums[1], result);
  });
}

} // namespace landfall::frontend
