//===- forest.cpp - Decision trees ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"

#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"
#include "ir/table.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// The forest as constant tensors that kernels read.
struct Tables {
  Builder &b;
  DType type; ///< Of features and splits.
  Tensor branch, feature, split, yes, no, missing;
  Tensor first_member, members; ///< Node n: [first_member[n], [n + 1])
  Tensor first_vote, target, weight;
  std::vector<Branch> used; ///< Branches that occur, without leaf.
  bool any_missing = false;

  Tables(Builder &b, const Forest &forest, DType type);
  /// Whether sample row's value takes the yes side of the node.
  Scalar takes_yes(Scalar node, Scalar value) const;
  Scalar is_member(Scalar node, Scalar value) const;
  Scalar leaf_of(Tensor x, Scalar sample, Scalar root) const;
};

Tensor real_table(Builder &b, DType type, const std::vector<double> &values) {
  if (type == DType::f64)
    return constant_table(b, type, values);
  return constant_table(b, DType::f32,
                        std::vector<float>(values.begin(), values.end()));
}

Tables::Tables(Builder &b, const Forest &forest, DType type)
    : b(b), type(type) {
  std::vector<int64_t> branches, features, yes_ids, no_ids, missing_flags;
  std::vector<int64_t> member_starts, vote_starts, targets;
  std::vector<double> splits, member_values, weights;
  for (const Forest::Node &node : forest.nodes) {
    branches.push_back(int64_t(node.branch));
    features.push_back(node.feature);
    splits.push_back(node.split);
    yes_ids.push_back(node.yes);
    no_ids.push_back(node.no);
    missing_flags.push_back(node.missing_is_yes);
    any_missing |= node.missing_is_yes;
    member_starts.push_back(int64_t(member_values.size()));
    vote_starts.push_back(int64_t(targets.size()));
    member_values.insert(member_values.end(), node.members.begin(),
                         node.members.end());
    for (auto [target, weight] : node.votes) {
      targets.push_back(target);
      weights.push_back(weight);
    }
    if (node.branch != Branch::leaf &&
        std::find(used.begin(), used.end(), node.branch) == used.end())
      used.push_back(node.branch);
  }
  member_starts.push_back(int64_t(member_values.size()));
  vote_starts.push_back(int64_t(targets.size()));
  auto ints = [&](const std::vector<int64_t> &values) {
    return constant_table(b, DType::i64, values);
  };
  branch = ints(branches);
  feature = ints(features);
  yes = ints(yes_ids);
  no = ints(no_ids);
  missing = ints(missing_flags);
  first_member = ints(member_starts);
  first_vote = ints(vote_starts);
  target = ints(targets);
  split = real_table(b, type, splits);
  members = real_table(b, type, member_values);
  weight = real_table(b, type, weights);
}

Scalar Tables::is_member(Scalar node, Scalar value) const {
  return b.fold_to(first_member.at({node}), first_member.at({node + 1}),
                   {b.literal(DType::boolean, 0)},
                   [&](Scalar i, std::span<const Scalar> found) {
                     return Scalars{
                         logical_or(found[0], members.at({i}) == value)};
                   })[0];
}

Scalar Tables::takes_yes(Scalar node, Scalar value) const {
  auto outcome = [&](Branch which) {
    Scalar limit = split.at({node});
    switch (which) {
    case Branch::leq:
      return value <= limit;
    case Branch::lt:
      return value < limit;
    case Branch::gte:
      return value >= limit;
    case Branch::gt:
      return value > limit;
    case Branch::eq:
      return value == limit;
    case Branch::neq:
      return value != limit;
    default:
      return is_member(node, value);
    }
  };
  Scalar result = b.literal(DType::boolean, 0);
  for (size_t i = 0; i < used.size(); ++i)
    result = i == 0 ? outcome(used[0])
                    : select(branch.at({node}) == double(used[i]),
                             outcome(used[i]), result);
  if (!any_missing)
    return result;
  return logical_or(result,
                    logical_and(is_nan(value), missing.at({node}) == 1));
}

Scalar Tables::leaf_of(Tensor x, Scalar sample, Scalar root) const {
  return b.fold_while({root}, [&](std::span<const Scalar> at) {
    Scalar node = at[0];
    Scalar value = convert(x.at({sample, feature.at({node})}), type);
    Scalar next = select(takes_yes(node, value), yes.at({node}), no.at({node}));
    // A leaf is its own successor.
    return std::pair(branch.at({node}) != double(Branch::leaf), Scalars{next});
  })[0];
}

/// The fold of a leaf's votes for `target` into (score, whether any).
Scalars add_votes(const Tables &t, Scalar leaf, Scalar target,
                  Aggregate aggregate, std::span<const Scalar> before) {
  Builder &b = t.b;
  return b.fold_to(
      t.first_vote.at({leaf}), t.first_vote.at({leaf + 1}),
      Scalars(before.begin(), before.end()),
      [&](Scalar vote, std::span<const Scalar> so_far) {
        Scalar weight = t.weight.at({vote});
        Scalar score = so_far[0], any = so_far[1];
        Scalar combined = aggregate == Aggregate::min
                              ? select(any, minimum(score, weight), weight)
                          : aggregate == Aggregate::max
                              ? select(any, maximum(score, weight), weight)
                              : score + weight;
        Scalar meant = t.target.at({vote}) == target;
        return Scalars{select(meant, combined, score), logical_or(any, meant)};
      });
}

} // namespace

Tensor evaluate(Builder &b, const Forest &forest, Tensor x,
                Aggregate aggregate) {
  DType type = x.dtype() == DType::f64 ? DType::f64 : DType::f32;
  Tables tables(b, forest, type);
  Tensor roots = constant_table(b, DType::i64, forest.roots);
  int64_t trees = int64_t(forest.roots.size());
  Tensor leaves = ir::table(b, {x.dim(0), trees}, DType::i64,
                            [&](std::span<const Scalar> p) {
                              return tables.leaf_of(x, p[0], roots.at({p[1]}));
                            });
  return b.map(
      {x.dim(0), forest.targets}, type, [&](std::span<const Scalar> p) {
        Scalar score = b.fold(
            {trees}, {b.literal(type, 0), b.literal(DType::boolean, 0)},
            [&](std::span<const Scalar> tree, std::span<const Scalar> so_far) {
              return add_votes(tables, leaves.at({p[0], tree[0]}), p[1],
                               aggregate, so_far);
            })[0];
        return aggregate == Aggregate::average ? score / double(trees) : score;
      });
}

namespace {

/// Whether a cycle is reachable from `root`; `state`: 0 new, 1 open, 2 done.
bool has_cycle(const Forest &forest, int64_t root, std::vector<char> &state) {
  std::vector<int64_t> path = {root};
  while (!path.empty()) {
    int64_t at = path.back();
    const Forest::Node &node = forest.nodes[at];
    if (state[at] != 0 || node.branch == Branch::leaf) {
      state[at] = 2;
      path.pop_back();
      continue;
    }
    state[at] = 1;
    for (int64_t child : {node.yes, node.no}) {
      if (state[child] == 1)
        return true;
      if (state[child] == 0)
        path.push_back(child);
    }
  }
  return false;
}

} // namespace

std::string flaw(const Forest &forest) {
  int64_t count = int64_t(forest.nodes.size());
  auto in_range = [&](int64_t id) { return id >= 0 && id < count; };
  for (int64_t i = 0; i < count; ++i) {
    const Forest::Node &n = forest.nodes[i];
    std::string name = "tree node " + std::to_string(i);
    if (!in_range(n.yes) || !in_range(n.no))
      return name + " has a child that does not exist";
    if (n.feature < 0)
      return name + " tests a negative feature";
    for (auto [target, weight] : n.votes)
      if (target < 0 || target >= forest.targets)
        return name + " votes for a target that does not exist";
  }
  std::vector<char> state(forest.nodes.size(), 0);
  for (int64_t root : forest.roots) {
    if (!in_range(root))
      return "a tree has no root";
    if (has_cycle(forest, root, state))
      return "a tree leads back into itself";
  }
  return "";
}

void check(const Node &node, const Forest &forest, Tensor x) {
  std::string problem = flaw(forest);
  node.expect(problem.empty(), problem);
  int64_t last = 0; // Of all features tested.
  for (const Forest::Node &n : forest.nodes)
    last = std::max(last, n.feature);
  node.b().require(less(last, x.dim(1)),
                   "X has fewer features than the trees test");
}

} // namespace landfall::frontend
