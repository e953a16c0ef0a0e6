//===- tree_ensemble.cpp - ONNX TreeEnsemble ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, t] = post_transform(aggregate over the trees of the weight of the leaf
// that sample n reaches, if that leaf is for target t)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"
#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/support/compute_type.h"

#include <array>
#include <cmath>

namespace landfall::frontend {

namespace {

std::vector<int64_t> bytes_attr(const Node &node, std::string_view name) {
  auto data = node.tensor_attr(name);
  node.expect(data && data->dtype == DType::u8,
              std::string(name) + " must be a uint8 tensor");
  return {data->bytes.data.begin(), data->bytes.data.end()};
}

/// An attribute of X's type, as doubles.
std::vector<double> reals_of(const Node &node, std::string_view name) {
  auto data = node.tensor_attr(name);
  if (!data)
    return {};
  node.expect(data->dtype == node.input(0, "X").dtype(),
              std::string(name) + " must have the type of X");
  return to_doubles(node, *data);
}

/// Gives each member node its set: membership_values holds them in the nodes'
/// order, each ended by a NaN.
void assign_members(const Node &node, Forest &forest) {
  std::vector<double> values = reals_of(node, "membership_values");
  size_t at = 0;
  for (Forest::Node &n : forest.nodes) {
    if (n.branch != Branch::member)
      continue;
    node.expect(at < values.size(), "membership_values has too few sets");
    while (at < values.size() && !std::isnan(values[at]))
      n.members.push_back(values[at++]);
    ++at;
  }
}

Forest bind_forest(const Node &node) {
  std::vector<int64_t> features = node.ints_attr("nodes_featureids");
  std::vector<int64_t> modes = bytes_attr(node, "nodes_modes");
  std::vector<double> splits = reals_of(node, "nodes_splits");
  std::vector<int64_t> yes = node.ints_attr("nodes_truenodeids");
  std::vector<int64_t> no = node.ints_attr("nodes_falsenodeids");
  std::vector<int64_t> yes_leaf = node.ints_attr("nodes_trueleafs");
  std::vector<int64_t> no_leaf = node.ints_attr("nodes_falseleafs");
  std::vector<int64_t> missing =
      node.ints_attr("nodes_missing_value_tracks_true",
                     std::vector<int64_t>(features.size(), 0));
  std::vector<int64_t> targets = node.ints_attr("leaf_targetids");
  std::vector<double> weights = reals_of(node, "leaf_weights");
  size_t inner = features.size(), leaves = targets.size();
  for (size_t size : {modes.size(), splits.size(), yes.size(), no.size(),
                      yes_leaf.size(), no_leaf.size(), missing.size()})
    node.expect(size == inner, "the nodes_... attributes differ in length");
  node.expect(weights.size() == leaves,
              "the leaf_... attributes differ in length");

  // The leaves follow the inner nodes.
  Forest forest;
  forest.targets = node.int_attr("n_targets");
  forest.roots = node.ints_attr("tree_roots");
  auto child = [&](int64_t id, bool leaf) {
    node.expect(id >= 0 && size_t(id) < (leaf ? leaves : inner),
                "a tree node has a child that does not exist");
    return leaf ? int64_t(inner) + id : id;
  };
  for (size_t i = 0; i < inner; ++i) {
    node.expect(modes[i] <= int64_t(Branch::member),
                "nodes_modes has an unknown mode");
    forest.nodes.push_back({Branch(modes[i]),
                            features[i],
                            splits[i],
                            child(yes[i], yes_leaf[i] != 0),
                            child(no[i], no_leaf[i] != 0),
                            missing[i] != 0,
                            {},
                            {}});
  }
  for (size_t i = 0; i < leaves; ++i) {
    Forest::Node leaf;
    leaf.yes = leaf.no = int64_t(inner + i);
    leaf.votes = {{targets[i], weights[i]}};
    forest.nodes.push_back(leaf);
  }
  return forest;
}

} // namespace

static void tree_ensemble(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  node.expect(x.rank() == 2, "X must be [samples, features]");
  Forest forest = bind_forest(node);
  assign_members(node, forest);
  check(node, forest, x);
  int64_t aggregate = node.int_attr("aggregate_function", 1);
  node.expect(aggregate >= 0 && aggregate <= 3,
              "aggregate_function must be 0 to 3");
  constexpr std::array transforms = {"NONE", "SOFTMAX", "LOGISTIC",
                                     "SOFTMAX_ZERO", "PROBIT"};
  int64_t transform = node.int_attr("post_transform", 0);
  node.expect(transform >= 0 && transform < int64_t(transforms.size()),
              "post_transform must be 0 to 4");
  Tensor scores = evaluate(b, forest, x, Aggregate(aggregate));
  scores = post_transformed(node, scores, transforms[transform]);
  node.output(b.elementwise({scores}, [&](std::span<const Scalar> e) {
    return convert(e[0], x.dtype());
  }));
}

LANDFALL_ONNX(tree_ensemble, {"TreeEnsemble", 5, tree_ensemble, "ai.onnx.ml"})

} // namespace landfall::frontend
