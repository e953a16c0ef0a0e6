//===- forest.cpp - Decision trees ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"

#include "frontend/onnx/families/forest_masks.h"
#include "frontend/onnx/families/forest_table.h"
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"
#include "ir/table.h"

#include <algorithm>
#include <optional>
#include <set>

namespace landfall::frontend {

namespace {

/// The trees that vote for each target, and what each leaf gives it.
struct Ballots {
  std::vector<int64_t> first; ///< By target, and behind the last: of `trees`.
  std::vector<int64_t> trees;
  std::vector<double> weights; ///< By leaf and target; 0: no vote.
};

/// Up to so many targets and times as many weights as there are votes are laid
/// out as ballots.
constexpr int64_t most_sparse = 64;

/// Whether a leaf votes twice for a target: the sum would be rounded before it
/// is added to others.
bool votes_twice(const Forest::Node &leaf) {
  std::set<int64_t> targets;
  for (auto [target, weight] : leaf.votes)
    if (!targets.insert(target).second)
      return true;
  return false;
}

/// The targets of each tree.
std::vector<std::set<int64_t>> targets_of(const Forest &forest) {
  std::vector<std::set<int64_t>> all;
  for (int64_t root : forest.roots) {
    std::set<int64_t> targets, seen = {root};
    std::vector<int64_t> path = {root};
    while (!path.empty()) {
      const Forest::Node &node = forest.nodes[path.back()];
      path.pop_back();
      if (node.branch == Branch::leaf)
        for (auto [target, weight] : node.votes)
          targets.insert(target);
      else
        for (int64_t child : {node.yes, node.no})
          if (seen.insert(child).second)
            path.push_back(child);
    }
    all.push_back(std::move(targets));
  }
  return all;
}

std::optional<Ballots> ballots_of(const Forest &forest,
                                  const std::vector<int64_t> &leaves) {
  int64_t count = int64_t(leaves.size()), votes = 1;
  for (int64_t leaf : leaves) {
    votes += int64_t(forest.nodes[leaf].votes.size());
    if (votes_twice(forest.nodes[leaf]))
      return std::nullopt;
  }
  if (forest.targets > most_sparse ||
      forest.targets * count > most_sparse * votes)
    return std::nullopt;
  Ballots ballots;
  std::vector<std::set<int64_t>> targets = targets_of(forest);
  for (int64_t target = 0; target < forest.targets; ++target) {
    ballots.first.push_back(int64_t(ballots.trees.size()));
    for (size_t tree = 0; tree < targets.size(); ++tree)
      if (targets[tree].contains(target))
        ballots.trees.push_back(int64_t(tree));
  }
  ballots.first.push_back(int64_t(ballots.trees.size()));
  ballots.weights.assign(size_t(count * forest.targets), 0);
  for (int64_t leaf = 0; leaf < count; ++leaf)
    for (auto [target, weight] : forest.nodes[leaves[leaf]].votes)
      ballots.weights[leaf * forest.targets + target] = weight;
  return ballots;
}

/// The votes of each leaf, behind one another.
struct VoteList {
  Builder &b;
  Tensor first, target, weight; ///< Leaf n: [first[n], first[n + 1])

  VoteList(Builder &b, const Forest &forest, const std::vector<int64_t> &leaves,
           DType type)
      : b(b) {
    std::vector<int64_t> starts, targets;
    std::vector<double> weights;
    for (int64_t leaf : leaves) {
      starts.push_back(int64_t(targets.size()));
      for (auto [target, weight] : forest.nodes[leaf].votes) {
        targets.push_back(target);
        weights.push_back(weight);
      }
    }
    starts.push_back(int64_t(targets.size()));
    first = constant_table(b, DType::i64, starts);
    target = constant_table(b, DType::i64, targets);
    weight = real_table(b, type, weights, {int64_t(weights.size())});
  }

  /// The fold of a leaf's votes for `meant` into (score, whether any).
  Scalars add(Scalar leaf, Scalar meant, Aggregate aggregate,
              std::span<const Scalar> before) const {
    return b.fold_to(first.at({leaf}), first.at({leaf + 1}),
                     Scalars(before.begin(), before.end()),
                     [&](Scalar vote, std::span<const Scalar> so_far) {
                       Scalar w = weight.at({vote}), score = so_far[0],
                              any = so_far[1];
                       Scalar combined = aggregate == Aggregate::min
                                             ? select(any, minimum(score, w), w)
                                         : aggregate == Aggregate::max
                                             ? select(any, maximum(score, w), w)
                                             : score + w;
                       Scalar is_meant = target.at({vote}) == meant;
                       return Scalars{select(is_meant, combined, score),
                                      logical_or(any, is_meant)};
                     });
  }
};

} // namespace

namespace {

/// How a forest is evaluated: leaves are numbered anew.
struct Evaluation {
  Builder &b;
  const Forest &forest;
  Tensor x;
  Aggregate aggregate;
  DType type;
  std::optional<ForestMasks> masks;
  std::vector<int64_t> leaves; ///< By number, the node.
  std::optional<Ballots> ballots;
  Tensor weights; ///< Of the ballots: [leaves, targets]

  Evaluation(Builder &b, const Forest &forest, Tensor x, Aggregate aggregate)
      : b(b), forest(forest), x(x), aggregate(aggregate),
        type(x.dtype() == DType::f64 ? DType::f64 : DType::f32),
        masks(ForestMasks::of(forest)) {
    if (masks)
      leaves = masks->leaves();
    for (size_t id = 0; !masks && id < forest.nodes.size(); ++id)
      if (forest.nodes[id].branch == Branch::leaf)
        leaves.push_back(int64_t(id));
    if (aggregate == Aggregate::sum || aggregate == Aggregate::average)
      ballots = ballots_of(forest, leaves);
    if (ballots)
      weights = real_table(b, type, ballots->weights,
                           {int64_t(leaves.size()), forest.targets});
  }

  Shape shape() const { return {x.dim(0), forest.targets}; }
  int64_t trees() const { return int64_t(forest.roots.size()); }

  Scalar finish(Scalar score) const {
    return aggregate == Aggregate::average ? score / double(trees()) : score;
  }

  /// [samples, targets]: the scores if tree `t` leads sample `s` to leaf
  /// reached(s, t), one sample after the other.
  Tensor
  by_sample(const std::function<Scalar(Scalar s, Scalar t)> &reached) const {
    if (ballots)
      return b.map(shape(), type, [&](std::span<const Scalar> p) {
        return finish(
            ir::sum(b, {trees()}, type, [&](std::span<const Scalar> tree) {
              return weights.at({reached(p[0], tree[0]), p[1]});
            }));
      });
    VoteList votes(b, forest, leaves, type);
    return b.map(shape(), type, [&](std::span<const Scalar> p) {
      return finish(b.fold(
          {trees()}, {b.literal(type, 0), b.literal(DType::boolean, 0)},
          [&](std::span<const Scalar> tree, std::span<const Scalar> so_far) {
            return votes.add(reached(p[0], tree[0]), p[1], aggregate, so_far);
          })[0]);
    });
  }

  /// The same for a vector of samples at a time; reached: [trees, samples].
  Tensor by_target(Tensor reached) const {
    Tensor first = constant_table(b, DType::i64, ballots->first);
    Tensor voting = constant_table(b, DType::i64, ballots->trees);
    Shape turned = {forest.targets, x.dim(0)};
    Tensor sums = ir::table(b, turned, type, [&](std::span<const Scalar> p) {
      return b.fold_to(first.at({p[0]}), first.at({p[0] + 1}),
                       {b.literal(type, 0)},
                       [&](Scalar i, std::span<const Scalar> sum) {
                         Scalar leaf = reached.at({voting.at({i}), p[1]});
                         return Scalars{sum[0] + weights.at({leaf, p[0]})};
                       })[0];
    });
    return b.map(shape(), type, [&](std::span<const Scalar> p) {
      return finish(sums.at({p[1], p[0]}));
    });
  }

  Tensor by_masks() const {
    Tensor reached = masks->leaves_of(b, forest, x, type);
    if (ballots)
      return by_target(reached);
    return by_sample([&](Scalar s, Scalar t) { return reached.at({t, s}); });
  }

  Tensor by_steps() const {
    std::vector<int64_t> numbers(forest.nodes.size(), 0);
    for (size_t number = 0; number < leaves.size(); ++number)
      numbers[leaves[number]] = int64_t(number);
    Tensor reached = ForestTable(b, forest, type, numbers).leaves_of(x);
    return by_sample([&](Scalar s, Scalar t) { return reached.at({s, t}); });
  }

  /// What is done for a vector of samples at once, in tests of nodes; and so
  /// many of them take as long as the steps of one sample down one tree.
  int64_t work_of_masks() const {
    constexpr int64_t work_of_a_vote = 6;
    constexpr int64_t work_of_launches = 400; // Of two kernels more.
    int64_t votes = ballots ? int64_t(ballots->trees.size()) : 0;
    return work_of_launches + masks->inner_nodes() + work_of_a_vote * votes;
  }
  static constexpr int64_t work_of_a_path = 20;

  Tensor scores() const {
    if (!masks)
      return by_steps();
    // For fewer samples, all tests are more work than a few steps.
    int64_t work_of_a_sample = work_of_a_path * std::max<int64_t>(trees(), 1);
    int64_t enough = work_of_masks() / work_of_a_sample + 1;
    if (enough <= 1)
      return by_masks();
    Tensor many = b.map({}, DType::boolean, [&](std::span<const Scalar>) {
      return b.scalar(x.dim(0)) >= b.index(enough);
    });
    return b
        .if_else(
            many, [&] { return std::vector<Any>{by_masks()}; },
            [&] { return std::vector<Any>{by_steps()}; })[0]
        .tensor;
  }
};

} // namespace

Tensor evaluate(Builder &b, const Forest &forest, Tensor x,
                Aggregate aggregate) {
  return b.reshape(Evaluation(b, forest, x, aggregate).scores(),
                   {x.dim(0), forest.targets});
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
