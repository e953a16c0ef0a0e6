//===- common_subexpressions.cpp - Computing things once ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/common_subexpressions.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace landfall::analysis {

namespace {

/// A node's computation as a list of numbers: nodes with equal keys have equal
/// values. Nodes inside its blocks are numbered relative to the node, others by
/// their id.
using Key = std::vector<uint64_t>;

class Merger {
public:
  explicit Merger(Kernel kernel) : k_(std::move(kernel)), same_as_(size()) {
    for (NodeId id = 0; id < size(); ++id)
      same_as_[id] = id;
  }

  Kernel run() {
    visit(k_.factors);
    scopes_.clear();
    visit(k_.body);
    return std::move(k_);
  }

private:
  size_t size() const { return k_.nodes.size(); }
  void rename(std::vector<NodeId> &ids) {
    for (NodeId &id : ids)
      id = same_as_[id];
  }
  void visit(Block &block);
  bool is_repeatable(const Node &node) const;
  void forget(NodeId id);
  void append(const Node &node, std::unordered_map<NodeId, uint64_t> &inside,
              Key &key);

  Kernel k_;
  std::vector<NodeId> same_as_;
  std::vector<std::map<Key, NodeId>> scopes_;
};

/// Whether the node has no side effects and reads no memory that is written.
bool Merger::is_repeatable(const Node &node) const {
  switch (node.kind) {
  case NodeKind::param:
  case NodeKind::store:
  case NodeKind::check:
    return false;
  case NodeKind::load:
    return !k_.operands[node.index].written;
  default:
    return std::all_of(
        node.blocks.begin(), node.blocks.end(), [&](const Block &block) {
          return std::all_of(
              block.nodes.begin(), block.nodes.end(),
              [&](NodeId id) { return is_repeatable(k_.nodes[id]); });
        });
  }
}

/// Leaves nothing that mentions other nodes.
void Merger::forget(NodeId id) {
  Node gone = std::move(k_.nodes[id]);
  k_.nodes[id] = {};
  for (const Block &block : gone.blocks)
    for (NodeId inner : block.nodes)
      forget(inner);
}

void Merger::append(const Node &node,
                    std::unordered_map<NodeId, uint64_t> &inside, Key &key) {
  auto mention = [&](NodeId id) {
    auto local = inside.find(same_as_[id]);
    key.push_back(local != inside.end() ? 1 : 0);
    key.push_back(local != inside.end() ? local->second : same_as_[id]);
  };
  auto number = [&](NodeId id) { inside.emplace(id, inside.size()); };
  key.insert(key.end(),
             {uint64_t(node.kind), uint64_t(node.op), uint64_t(node.type),
              node.index, node.bits, node.args.size(), node.blocks.size()});
  for (NodeId arg : node.args)
    mention(arg);
  for (const Block &block : node.blocks) {
    for (NodeId param : block.params)
      number(param);
    key.insert(key.end(), {block.params.size(), block.nodes.size()});
    for (NodeId id : block.nodes) {
      append(k_.nodes[id], inside, key);
      number(id);
    }
    for (NodeId yield : block.yields)
      mention(yield);
  }
}

void Merger::visit(Block &block) {
  scopes_.emplace_back();
  std::vector<NodeId> kept;
  for (NodeId id : block.nodes) {
    rename(k_.nodes[id].args);
    for (Block &inner : k_.nodes[id].blocks)
      visit(inner);
    if (is_repeatable(k_.nodes[id])) {
      Key key;
      std::unordered_map<NodeId, uint64_t> inside;
      append(k_.nodes[id], inside, key);
      bool found = false;
      for (auto &scope : scopes_)
        if (auto equal = scope.find(key); equal != scope.end()) {
          same_as_[id] = equal->second;
          found = true;
          break;
        }
      if (found) {
        forget(id);
        continue;
      }
      scopes_.back().emplace(std::move(key), id);
    }
    kept.push_back(id);
  }
  block.nodes = std::move(kept);
  rename(block.yields);
  scopes_.pop_back();
}

} // namespace

Kernel merge_common_subexpressions(Kernel kernel) {
  return Merger(std::move(kernel)).run();
}

} // namespace landfall::analysis
