//===- non_max_suppression.cpp - NMS over scored boxes --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/tournament.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/order_key.h"

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

  /// Whether none of the `count` boxes in `chosen` overlaps, all of them
  /// looked at in vectors, but for many that a hit makes superfluous.
  Scalar is_free(const Bounds &mine, Scalar count,
                 const std::function<Bounds(Scalar)> &chosen) const {
    constexpr int at_once = 64;
    Scalars hit = b.fold_while(
        {b.index(0), b.literal_int(DType::i32, 0)},
        [&](std::span<const Scalar> carried) {
          Scalar begin = carried[0], end = minimum(begin + at_once, count);
          auto look = [&](Scalar k, std::span<const Scalar> any) {
            Scalar hits = cast(overlaps(mine, chosen(k)), DType::i32);
            return Scalars{any[0] | hits};
          };
          Scalar any = b.fold_to(begin, end, {carried[1]}, look)[0];
          return std::pair(logical_and(any == 0, end < count),
                           Scalars{end, any});
        });
    return hit[1] == 0;
  }

  Tournament::Entries entries(Scalar batch, Scalar group) const {
    auto score = [=, this](Scalar box) {
      return scores.at({batch, group, box});
    };
    return {boxes.dim(1), order_key_type(scores.dtype()),
            [=](Scalar box) { return order_key(score(box), true); },
            [=, this](Scalar box) { return passes(score(box)); }};
  }
};

enum Slot { count_slot, row_slot, bounds_slot, places_slot, slots };

/// One class of one batch entry: takes boxes by falling score and keeps those
/// that overlap none that was kept before.
struct Choice {
  const Suppression &rules;
  std::span<const Scalar> at;
  std::span<const Buffer> out;

  Scalars place(std::initializer_list<Scalar> within) const {
    Scalars place(at.begin(), at.end());
    place.insert(place.end(), within);
    return place;
  }
  Bounds kept(Scalar k) const {
    auto bound = [&](int word) {
      return out[bounds_slot].at(place({rules.b.index(word), k}));
    };
    return {{bound(0), bound(1)}, {bound(2), bound(3)}};
  }
  void keep(Scalar k, Scalar box, const Bounds &bounds) const {
    out[row_slot].store(place({k}), box);
    Scalar words[] = {bounds.low[0], bounds.low[1], bounds.high[0],
                      bounds.high[1]};
    for (int word = 0; word < 4; ++word)
      out[bounds_slot].store(place({rules.b.index(word), k}), words[word]);
  }

  void run(Scalar most) const {
    Builder &b = rules.b;
    Scalar boxes = b.scalar(rules.boxes.dim(1));
    Scalar yes = b.literal_int(DType::boolean, 1);
    Tournament tournament(b, rules.entries(at[0], at[1]), out[places_slot],
                          Scalars(at.begin(), at.end()));
    auto consider = [&](std::span<const Scalar> count) {
      Scalar box = tournament.next(yes);
      auto none = [&] { return Scalars{count[0]}; };
      auto look = [&] {
        Bounds mine = rules.bounds(at[0], box);
        auto others = [&](Scalar k) { return kept(k); };
        return b.branch(
            rules.is_free(mine, count[0], others),
            [&] {
              keep(count[0], box, mine);
              return Scalars{count[0] + 1};
            },
            none);
      };
      Scalars next = b.branch(box < boxes, look, none);
      return std::pair(logical_and(box < boxes, next[0] < most), next);
    };
    out[count_slot].store(
        at, b.branch(
                most > 0, [&] { return b.fold_while({b.index(0)}, consider); },
                [&] { return Scalars{b.index(0)}; })[0]);
  }
};

/// (number of chosen boxes, their rows) for each batch entry and class.
Tensors choose_all(const Suppression &rules) {
  Builder &b = rules.b;
  Size boxes = rules.boxes.dim(1), most = 0;
  if (rules.limit)
    most = min(max(b.read(rules.limit, 0), 0), boxes);
  Shape outer = {rules.scores.dim(0), rules.scores.dim(1)};
  std::vector<LoopsResult> results(slots, {DType::i64, outer, {}});
  results[row_slot].shape = joined(outer, {most});
  results[bounds_slot] = {rules.boxes.dtype(), joined(outer, {4, most}), {}};
  results[places_slot].shape = joined(
      outer, Tournament::places(boxes, order_key_type(rules.scores.dtype())));
  return b.loops(outer, results,
                 [&](std::span<const Scalar> at, std::span<const Buffer> out) {
                   Choice{rules, at, out}.run(b.scalar(most));
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
    b.fold(counts.shape(), {b.index(0)},
           [&](std::span<const Scalar> at, std::span<const Scalar> next) {
             Scalar chosen = counts.at(at);
             b.fold_to(b.index(0), chosen, {},
                       [&](Scalar k, std::span<const Scalar>) {
                         Scalar line = next[0] + k;
                         out[0].store({line, b.index(0)}, at[0]);
                         out[0].store({line, b.index(1)}, at[1]);
                         out[0].store({line, b.index(2)},
                                      rows.at({at[0], at[1], k}));
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
  b.require(less(rules.boxes.dim(1), Tournament::entry_limit),
            "more than 2^32 boxes cannot be sorted");
  Tensors chosen = choose_all(rules);
  node.output(listed(b, chosen[count_slot], chosen[row_slot]));
}

} // namespace

LANDFALL_ONNX(non_max_suppression,
              {"NonMaxSuppression", 10, non_max_suppression})

} // namespace landfall::frontend
