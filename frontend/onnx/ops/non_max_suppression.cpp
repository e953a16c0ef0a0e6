//===- non_max_suppression.cpp - NMS over scored boxes --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/select_first.h"
#include "frontend/onnx/support/heap.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// A box as its lower and upper bounds along y and x.
struct Bounds {
  Scalar low[2], high[2];
};

struct Suppression {
  Builder &b;
  Tensor boxes, scores;
  Tensor limit;           ///< Boxes a class; absent: none.
  Tensor overlap;         ///< Threshold; absent: 0.
  Tensor score_threshold; ///< Absent: all scores pass.
  bool centred;

  Bounds bounds(Scalar batch, Scalar box) const {
    Scalar v[4];
    for (int i = 0; i < 4; ++i)
      v[i] = boxes.at({batch, box, b.index(i)});
    if (centred) // (x centre, y centre, width, height)
      return {{v[1] - v[3] / 2, v[0] - v[2] / 2},
              {v[1] + v[3] / 2, v[0] + v[2] / 2}};
    return {{minimum(v[0], v[2]), minimum(v[1], v[3])},
            {maximum(v[0], v[2]), maximum(v[1], v[3])}};
  }

  Scalar area(const Bounds &box) const {
    return (box.high[0] - box.low[0]) * (box.high[1] - box.low[1]);
  }

  /// Whether intersection / union is above the threshold.
  Scalar overlaps(const Bounds &p, const Bounds &q) const {
    Scalar common = b.literal(boxes.dtype(), 1);
    Scalar meet = b.literal_int(DType::boolean, 1);
    for (int d = 0; d < 2; ++d) {
      Scalar length =
          minimum(p.high[d], q.high[d]) - maximum(p.low[d], q.low[d]);
      meet = logical_and(meet, length > 0);
      common = common * length;
    }
    Scalar whole = area(p) + area(q) - common;
    meet = logical_and(meet, logical_and(area(p) > 0, area(q) > 0));
    meet = logical_and(meet, logical_and(common > 0, whole > 0));
    Scalar threshold =
        overlap ? only_element(overlap) : b.literal(boxes.dtype(), 0);
    return logical_and(meet, common / whole > threshold);
  }

  Scalar passes(Scalar score) const {
    return score_threshold ? score > only_element(score_threshold)
                           : b.literal_int(DType::boolean, 1);
  }

  /// Fills the row with the boxes whose scores pass; returns their number.
  Scalar candidates(Scalar batch, Scalar group, const EntryRow &row) const {
    return b.fold(
        {boxes.dim(1)}, {b.index(0)},
        [&](std::span<const Scalar> box, std::span<const Scalar> count) {
          return b.branch(
              passes(scores.at({batch, group, box[0]})),
              [&] {
                row.set(count[0], box[0]);
                return Scalars{count[0] + 1};
              },
              [&] { return Scalars{count[0]}; });
        })[0];
  }

  /// Whether none of the `chosen` boxes, from the row's end backwards,
  /// overlaps.
  Scalar is_free(Scalar batch, Scalar box, Scalar chosen,
                 const EntryRow &row) const {
    Bounds mine = bounds(batch, box);
    Scalar last = b.scalar(boxes.dim(1) - 1);
    Scalars end =
        b.fold_while({b.index(0)}, [&](std::span<const Scalar> carried) {
          Scalar k = carried[0];
          // What no box was chosen for yet holds anything.
          Scalar other =
              select(k < chosen, row.get(last - minimum(k, last)), box);
          Scalar go = logical_and(
              k < chosen, logical_not(overlaps(mine, bounds(batch, other))));
          return std::pair(go, Scalars{select(go, k + 1, k)});
        });
    return end[0] == chosen;
  }

  /// Takes candidates from the heap at the row's start, best first, and keeps
  /// the chosen ones at its end, which the shrinking heap has left by then.
  Scalar choose(Scalar batch, Scalar group, const EntryRow &row) const {
    IsAbove above = [&](Scalar i, Scalar j) {
      Scalar p = scores.at({batch, group, i}), q = scores.at({batch, group, j});
      Scalar tie = logical_not(value_before(q, p, true));
      return logical_or(value_before(p, q, true), logical_and(tie, i < j));
    };
    Scalar size = candidates(batch, group, row);
    make_heap(b, row, above, size);
    Scalar most = limit ? cast(only_element(limit), DType::i64) : b.index(0);
    Scalar last = b.scalar(boxes.dim(1) - 1);
    return b.fold_while(
        {size, b.index(0)}, [&](std::span<const Scalar> carried) {
          Scalar go = logical_and(carried[0] > 0, carried[1] < most);
          Scalars next = b.branch(
              go,
              [&] {
                Scalar left = carried[0] - 1, chosen = carried[1];
                Scalar best = row.get(b.index(0));
                b.branch(
                    left > 0,
                    [&] {
                      sift_down(b, row, above, b.index(0), left, row.get(left));
                      return Scalars();
                    },
                    [] { return Scalars(); });
                return b.branch(
                    is_free(batch, best, chosen, row),
                    [&] {
                      row.set(last - chosen, best);
                      return Scalars{left, chosen + 1};
                    },
                    [&] { return Scalars{left, chosen}; });
              },
              [&] { return Scalars{carried[0], carried[1]}; });
          return std::pair(go, next);
        })[1];
  }
};

/// (number of chosen boxes, their rows) for each batch entry and class.
Tensors choose_all(const Suppression &rules) {
  Builder &b = rules.b;
  Size batches = rules.scores.dim(0), groups = rules.scores.dim(1);
  LoopsResult results[] = {
      {DType::i64, {batches, groups}, {}},
      {DType::i64, {batches, groups, rules.boxes.dim(1)}, {}}};
  return b.loops({batches, groups}, results,
                 [&](std::span<const Scalar> at, std::span<const Buffer> out) {
                   EntryRow row = {
                       [&](Scalar i) { return out[1].at({at[0], at[1], i}); },
                       [&](Scalar i, Scalar entry) {
                         out[1].store({at[0], at[1], i}, entry);
                       }};
                   out[0].store(at, rules.choose(at[0], at[1], row));
                 });
}

/// Rows (batch, class, box) of all that was chosen.
Tensor listed(Builder &b, Tensor counts, Tensor rows) {
  Tensor total = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    return sum(b, counts.shape(), DType::i64,
               [&](std::span<const Scalar> at) { return counts.at(at); });
  });
  Size count = b.read(total, 0, {0, INT64_MAX});
  LoopsResult result{DType::i64, {count, 3}, {}};
  auto body = [&](std::span<const Scalar>, std::span<const Buffer> out) {
    Scalar last = b.scalar(rows.dim(2) - 1);
    b.fold(counts.shape(), {b.index(0)},
           [&](std::span<const Scalar> at, std::span<const Scalar> next) {
             Scalar chosen = counts.at(at);
             b.fold_to(b.index(0), chosen, {},
                       [&](Scalar k, std::span<const Scalar>) {
                         Scalar line = next[0] + k;
                         out[0].store({line, b.index(0)}, at[0]);
                         out[0].store({line, b.index(1)}, at[1]);
                         out[0].store({line, b.index(2)},
                                      rows.at({at[0], at[1], last - k}));
                         return Scalars();
                       });
             return Scalars{next[0] + chosen};
           });
  };
  return b.loops({}, {&result, 1}, body)[0];
}

// selected_indices = rows (batch, class, box): for each class, boxes by falling
// score, but those that overlap one already taken by more than iou_threshold
void non_max_suppression(Node &node) {
  Builder &b = node.b();
  Suppression rules{b,
                    node.input(0, "boxes"),
                    node.input(1, "scores"),
                    node.optional_input(2, "max_output_boxes_per_class"),
                    node.optional_input(3, "iou_threshold"),
                    node.optional_input(4, "score_threshold"),
                    node.flag_attr("center_point_box", false)};
  node.expect(rules.boxes.rank() == 3 && rules.scores.rank() == 3,
              "boxes and scores must have rank 3");
  b.require(equal(rules.boxes.dim(0), rules.scores.dim(0)) *
                equal(rules.boxes.dim(1), rules.scores.dim(2)),
            "boxes and scores differ in number");
  b.require(equal(rules.boxes.dim(2), 4), "'boxes' needs four columns");
  for (Tensor number : {rules.limit, rules.overlap, rules.score_threshold})
    if (number)
      b.require(equal(number.element_count(), 1),
                "limits and thresholds must be one number each");
  Tensors chosen = choose_all(rules);
  node.output(listed(b, chosen[0], chosen[1]));
}

} // namespace

LANDFALL_ONNX(non_max_suppression,
              {"NonMaxSuppression", 10, non_max_suppression})

} // namespace landfall::frontend
