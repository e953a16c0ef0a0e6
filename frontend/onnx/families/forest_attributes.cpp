//===- forest_attributes.cpp - Decision trees from attributes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"

#include <cstring>
#include <map>

namespace landfall::frontend {

std::vector<double> to_doubles(const Node &node, const ConstantData &data) {
  std::span<const uint8_t> bytes = data.bytes.data;
  std::vector<double> values;
  if (data.dtype == DType::f64) {
    values.resize(bytes.size() / sizeof(double));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
    return values;
  }
  node.expect(is_real(data.dtype) && size_of(data.dtype) > 0,
              "a tensor attribute must hold real numbers");
  size_t size = size_t(size_of(data.dtype));
  for (size_t at = 0; at + size <= bytes.size(); at += size) {
    uint32_t bits = 0;
    std::memcpy(&bits, bytes.data() + at, size);
    values.push_back(real_to_float(data.dtype, bits));
  }
  return values;
}

std::vector<double> reals_attr(const Node &node, const std::string &name) {
  if (node.has_attr(name + "_as_tensor"))
    return to_doubles(node, *node.tensor_attr(name + "_as_tensor"));
  std::vector<float> values = node.floats_attr(name);
  return std::vector<double>(values.begin(), values.end());
}

namespace {

Branch branch_named(const Node &node, const std::string &name) {
  constexpr std::pair<std::string_view, Branch> names[] = {
      {"BRANCH_LEQ", Branch::leq}, {"BRANCH_LT", Branch::lt},
      {"BRANCH_GTE", Branch::gte}, {"BRANCH_GT", Branch::gt},
      {"BRANCH_EQ", Branch::eq},   {"BRANCH_NEQ", Branch::neq},
      {"LEAF", Branch::leaf}};
  for (auto [text, branch] : names)
    if (text == name)
      return branch;
  node.invalid("tree node mode \"" + name + "\" is not known");
}

/// A node is named by its tree and its number there.
using NodeName = std::pair<int64_t, int64_t>;

struct FlatLists {
  std::vector<int64_t> trees, ids, features, yes, no, missing;
  std::vector<std::string> modes;
  std::vector<double> splits;
  std::map<NodeName, int64_t> position;
};

FlatLists bind_lists(const Node &node) {
  FlatLists lists{node.ints_attr("nodes_treeids"),
                  node.ints_attr("nodes_nodeids"),
                  node.ints_attr("nodes_featureids"),
                  node.ints_attr("nodes_truenodeids"),
                  node.ints_attr("nodes_falsenodeids"),
                  node.ints_attr("nodes_missing_value_tracks_true"),
                  node.strings_attr("nodes_modes"),
                  reals_attr(node, "nodes_values"),
                  {}};
  size_t count = lists.trees.size();
  if (lists.missing.empty())
    lists.missing.assign(count, 0);
  node.expect(lists.ids.size() == count && lists.features.size() == count &&
                  lists.yes.size() == count && lists.no.size() == count &&
                  lists.modes.size() == count && lists.splits.size() == count &&
                  lists.missing.size() == count,
              "the nodes_... attributes differ in length");
  for (size_t i = 0; i < count; ++i)
    lists.position.emplace(NodeName(lists.trees[i], lists.ids[i]), int64_t(i));
  node.expect(lists.position.size() == count,
              "two tree nodes have the same number");
  return lists;
}

int64_t find_node(const Node &node, const FlatLists &lists, NodeName name) {
  auto found = lists.position.find(name);
  node.expect(found != lists.position.end(),
              "tree " + std::to_string(name.first) + " has no node " +
                  std::to_string(name.second));
  return found->second;
}

void add_flat_votes(const Node &node, const FlatLists &lists,
                    const std::string &votes, Forest &forest) {
  std::vector<int64_t> trees = node.ints_attr(votes + "_treeids");
  std::vector<int64_t> ids = node.ints_attr(votes + "_nodeids");
  std::vector<int64_t> targets = node.ints_attr(votes + "_ids");
  std::vector<double> weights = reals_attr(node, votes + "_weights");
  node.expect(ids.size() == trees.size() && targets.size() == trees.size() &&
                  weights.size() == trees.size(),
              "the " + votes + "_... attributes differ in length");
  for (size_t i = 0; i < trees.size(); ++i)
    forest.nodes[find_node(node, lists, {trees[i], ids[i]})].votes.push_back(
        {targets[i], weights[i]});
}

} // namespace

Forest bind_flat_forest(const Node &node, const std::string &votes,
                        int64_t targets) {
  FlatLists lists = bind_lists(node);
  Forest forest;
  forest.targets = targets;
  std::map<int64_t, int64_t> roots; // A tree's first node is its root.
  for (size_t i = 0; i < lists.trees.size(); ++i) {
    roots.emplace(lists.trees[i], int64_t(i));
    Forest::Node n;
    n.branch = branch_named(node, lists.modes[i]);
    n.yes = n.no = int64_t(i);
    if (n.branch != Branch::leaf) {
      n.feature = lists.features[i];
      n.split = lists.splits[i];
      n.yes = find_node(node, lists, {lists.trees[i], lists.yes[i]});
      n.no = find_node(node, lists, {lists.trees[i], lists.no[i]});
      n.missing_is_yes = lists.missing[i] != 0;
    }
    forest.nodes.push_back(n);
  }
  for (auto [tree, root] : roots)
    forest.roots.push_back(root);
  add_flat_votes(node, lists, votes, forest);
  return forest;
}

} // namespace landfall::frontend
