//===- groups_test.cpp - Which nodes may be one ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/groups.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace landfall::onnxruntime {
namespace {

using Groups = std::vector<std::vector<size_t>>;

TEST(Groups, AllNodesAreOneGroupIfAllAreClaimed) {
  EXPECT_EQ(closed_groups({{{}, true}, {{0}, true}, {{0, 1}, true}}),
            (Groups{{0, 1, 2}}));
}

TEST(Groups, ANodeBetweenTwoClaimedOnesSplitsThem) {
  // 0 -> 1 (not ours) -> 2, and 0 -> 2.
  EXPECT_EQ(closed_groups({{{}, true}, {{0}, false}, {{0, 1}, true}}),
            (Groups{{0}, {2}}));
}

TEST(Groups, WhatDoesNotDependOnTheRestJoinsTheFirstGroup) {
  // 3 depends on nothing: it need not wait for 1.
  EXPECT_EQ(closed_groups({{{}, true}, {{0}, false}, {{1}, true}, {{}, true}}),
            (Groups{{0, 3}, {2}}));
}

TEST(Groups, NothingIsClaimed) {
  EXPECT_EQ(closed_groups({}), Groups{});
  EXPECT_EQ(closed_groups({{{}, false}}), Groups{});
}

/// Whether the graph of groups and single nodes has a circle.
bool has_circle(const std::vector<GroupNode> &nodes, const Groups &groups) {
  std::vector<size_t> owner(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i)
    owner[i] = groups.size() + i;
  for (size_t g = 0; g < groups.size(); ++g)
    for (size_t node : groups[g])
      owner[node] = g;
  std::set<std::pair<size_t, size_t>> edges;
  for (size_t i = 0; i < nodes.size(); ++i)
    for (size_t producer : nodes[i].producers)
      if (owner[producer] != owner[i])
        edges.emplace(owner[producer], owner[i]);
  // Take away what nothing leads to, until nothing changes.
  std::set<size_t> left(owner.begin(), owner.end());
  for (bool changed = true; changed;) {
    std::set<size_t> reached;
    for (auto [from, to] : edges)
      if (left.contains(from))
        reached.insert(to);
    changed = std::erase_if(
        left, [&](size_t node) { return !reached.contains(node); });
  }
  return !left.empty();
}

TEST(Groups, RandomGraphsHaveNoCircles) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<GroupNode> nodes(random() % 30);
    size_t claimed = 0, grouped = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      nodes[i].is_claimed = random() % 3 != 0;
      claimed += nodes[i].is_claimed;
      for (size_t k = random() % 3; i > 0 && k > 0; --k)
        nodes[i].producers.push_back(random() % i);
    }
    Groups groups = closed_groups(nodes);
    for (const auto &group : groups)
      grouped += group.size();
    EXPECT_EQ(grouped, claimed);
    EXPECT_FALSE(has_circle(nodes, groups)) << "round " << round;
  }
}

} // namespace
} // namespace landfall::onnxruntime
