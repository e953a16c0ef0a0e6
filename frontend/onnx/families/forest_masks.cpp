//===- forest_masks.cpp - Leaves of small trees by masks ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest_masks.h"

#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"
#include "ir/table.h"

#include <algorithm>

namespace landfall::frontend {

std::optional<ForestMasks> ForestMasks::of(const Forest &forest) {
  ForestMasks masks;
  for (int64_t root : forest.roots)
    if (!masks.add_tree(forest, root))
      return std::nullopt;
  masks.first_node_.push_back(int64_t(masks.nodes_.size()));
  return masks;
}

/// Whether the tree has few enough leaves.
bool ForestMasks::add_tree(const Forest &forest, int64_t root) {
  first_node_.push_back(int64_t(nodes_.size()));
  first_leaf_.push_back(int64_t(leaves_.size()));
  int leaves = 0;
  // The mask of an entry is known when all of its yes branch has been seen:
  // an open entry is one whose no branch comes next.
  struct Entry {
    int64_t node;
    size_t number; ///< In nodes_, if its yes branch ends here.
    bool ends_yes;
    int first_leaf;
  };
  std::vector<Entry> path = {{root, 0, false, 0}};
  while (!path.empty()) {
    Entry entry = path.back();
    path.pop_back();
    if (entry.ends_yes) {
      int count = leaves - entry.first_leaf;
      uint64_t yes =
          count == most_leaves ? ~uint64_t(0) : (uint64_t(1) << count) - 1;
      masks_[entry.number] = ~(yes << entry.first_leaf);
      continue;
    }
    const Forest::Node &node = forest.nodes[entry.node];
    if (node.branch == Branch::leaf) {
      leaves_.push_back(entry.node);
      if (++leaves > most_leaves)
        return false;
      continue;
    }
    size_t number = nodes_.size();
    nodes_.push_back(entry.node);
    masks_.push_back(0);
    path.push_back({node.no, 0, false, 0});
    path.push_back({0, number, true, leaves});
    path.push_back({node.yes, 0, false, 0});
  }
  widest_ = std::max(widest_, leaves);
  return true;
}

Tensor ForestMasks::leaves_of(Builder &b, const Forest &forest, Tensor x,
                              DType type) const {
  TestRule rule(forest);
  MemberSets sets(b, forest, nodes_, type);
  std::vector<int64_t> features, branches, missing;
  std::vector<double> limits;
  for (int64_t id : nodes_) {
    const Forest::Node &node = forest.nodes[id];
    features.push_back(node.feature);
    branches.push_back(int64_t(node.branch));
    missing.push_back(node.missing_is_yes);
    limits.push_back(node.split);
  }
  bool is_short = widest_ <= 32;
  DType bits = is_short ? DType::u32 : DType::u64;
  Tensor masks =
      is_short
          ? constant_table(b, bits,
                           std::vector<uint32_t>(masks_.begin(), masks_.end()))
          : constant_table(b, bits, masks_);
  auto integers = [&](const std::vector<int64_t> &values) {
    return constant_table(b, DType::i64, values);
  };
  Tensor feature = integers(features), branch = integers(branches),
         is_missing = integers(missing), first_node = integers(first_node_),
         first_leaf = integers(first_leaf_);
  Tensor limit = real_table(b, type, limits, {int64_t(limits.size())});
  // A vector of samples has a feature in a row.
  Tensor columns =
      ir::table(b, {x.dim(1), x.dim(0)}, type, [&](std::span<const Scalar> p) {
        return convert(x.at({p[1], p[0]}), type);
      });
  auto left = [&](Scalar tree, Scalar sample) {
    return b.fold_to(
        first_node.at({tree}), first_node.at({tree + 1}),
        {~b.literal_int(bits, 0)},
        [&](Scalar node, std::span<const Scalar> so_far) {
          TestRule::Fields fields = {
              [&] { return branch.at({node}); },
              [&] { return is_missing.at({node}) == 1; },
              [&] { return limit.at({node}); },
              [&](Scalar value) { return sets.contains(node, value); }};
          Scalar value = columns.at({feature.at({node}), sample});
          Scalar yes = rule.takes_yes(b, value, fields);
          // Not so_far & select(...): a reduction may get lanes of its own,
          // and trees have too few nodes for that.
          return Scalars{select(yes, so_far[0], so_far[0] & masks.at({node}))};
        })[0];
  };
  // The number of the lowest bit is the exponent of that bit as a real.
  DType real = is_short ? DType::f32 : DType::f64;
  DType whole = is_short ? DType::i32 : DType::i64;
  int fraction = is_short ? 23 : 52, bias = is_short ? 127 : 1023;
  Shape shape = {int64_t(forest.roots.size()), x.dim(0)};
  return ir::table(b, shape, DType::i64, [&](std::span<const Scalar> p) {
    Scalar leaves = left(p[0], p[1]);
    Scalar lowest = leaves & (~leaves + 1);
    Scalar exponent =
        bitcast(cast(lowest, real), whole) >> b.literal_int(whole, fraction);
    return cast(exponent, DType::i64) - bias + first_leaf.at({p[0]});
  });
}

} // namespace landfall::frontend
