//===- sink_into_branches.cpp - Sinking code into branches ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/sink_into_branches.h"

#include "kernel_analysis/access/work_estimate.h"

#include <algorithm>
#include <unordered_set>

namespace landfall::analysis {

namespace {

/// The least work (work_of) in one side for which a branch is made.
constexpr double worth_a_branch = 16;

class Rewriter {
public:
  explicit Rewriter(Kernel kernel)
      : k_(std::move(kernel)), levels_(k_.nodes.size(), 0) {
    count_uses();
  }

  Kernel run() {
    for (size_t k = 0; k < k_.body.params.size(); ++k)
      levels_[k_.body.params[k]] = k + 1;
    note_levels(k_.body, k_.loops.size());
    visit(k_.body);
    return std::move(k_);
  }

private:
  using Set = std::unordered_set<NodeId>;

  void count_uses();
  void note_levels(const Block &block, size_t level);
  size_t outer_level(NodeId id) const;
  void visit(Block &block);
  bool rewrite(Block &block, size_t place);
  bool must_stay(NodeId id) const;
  bool changes_less(NodeId id, NodeId condition) const;
  Set needed_only_by(const Block &block, size_t place, NodeId value);
  Block move_out(Block &block, const Set &nodes, NodeId value);
  size_t uses_within(const Set &users, NodeId node);

  Kernel k_;
  std::vector<size_t> uses_;
  std::vector<size_t>
      levels_; ///< How many of the loops around a node change it.
};

/// The outermost loop is the kernel's first; loops in the body come after all
/// of these.
void Rewriter::note_levels(const Block &block, size_t level) {
  levels_.resize(k_.nodes.size(), 0);
  for (NodeId id : block.nodes) {
    for (const Block &inner : k_.nodes[id].blocks) {
      for (NodeId param : inner.params)
        levels_[param] = level + 1;
      note_levels(inner, level + 1);
    }
    levels_[id] = outer_level(id);
  }
}

/// The level of a node from those of what it uses outside of its blocks.
size_t Rewriter::outer_level(NodeId id) const {
  size_t most = 0;
  Set inside;
  auto visit = [&](auto &self, const Node &node) -> void {
    for (NodeId arg : node.args)
      if (!inside.contains(arg))
        most = std::max(most, levels_[arg]);
    for (const Block &block : node.blocks) {
      inside.insert(block.params.begin(), block.params.end());
      for (NodeId inner : block.nodes) {
        self(self, k_.nodes[inner]);
        inside.insert(inner);
      }
      for (NodeId result : block.yields)
        if (!inside.contains(result))
          most = std::max(most, levels_[result]);
    }
  };
  visit(visit, k_.nodes[id]);
  return most;
}

void Rewriter::count_uses() {
  uses_.assign(k_.nodes.size(), 0);
  auto count = [&](const std::vector<NodeId> &ids) {
    for (NodeId id : ids)
      ++uses_[id];
  };
  for (const Node &node : k_.nodes) {
    count(node.args);
    for (const Block &block : node.blocks)
      count(block.yields);
  }
  count(k_.body.yields);
  count(k_.factors.yields);
}

size_t Rewriter::uses_within(const Set &users, NodeId node) {
  size_t count = 0;
  // Uses in the blocks of a user count as uses by that user.
  auto visit = [&](auto &self, const Node &user) -> void {
    count += std::count(user.args.begin(), user.args.end(), node);
    for (const Block &block : user.blocks) {
      count += std::count(block.yields.begin(), block.yields.end(), node);
      for (NodeId id : block.nodes)
        self(self, k_.nodes[id]);
    }
  };
  for (NodeId user : users)
    visit(visit, k_.nodes[user]);
  return count;
}

/// Whether the node, or one in a block of it, has an effect or reads what an
/// effect may change.
bool Rewriter::must_stay(NodeId id) const {
  const Node &node = k_.nodes[id];
  if (node.kind == NodeKind::store || node.kind == NodeKind::check ||
      (node.kind == NodeKind::load && k_.operands[node.index].written))
    return true;
  for (const Block &block : node.blocks)
    for (NodeId inner : block.nodes)
      if (must_stay(inner))
        return true;
  return false;
}

/// Whether loops compute the node once for several values of the condition.
bool Rewriter::changes_less(NodeId id, NodeId condition) const {
  return levels_[id] < levels_[condition];
}

/// The nodes of the block before `place` that are used only to compute `value`,
/// itself included. Empty if `value` has more uses than one.
Rewriter::Set Rewriter::needed_only_by(const Block &block, size_t place,
                                       NodeId value) {
  Set result;
  for (size_t k = place; k-- > 0;) {
    NodeId id = block.nodes[k];
    if (must_stay(id))
      continue;
    bool exclusive =
        id == value ? uses_[id] == 1
                    : uses_[id] > 0 && uses_within(result, id) == uses_[id];
    if (exclusive)
      result.insert(id);
    else if (id == value)
      return {};
  }
  return result;
}

Block Rewriter::move_out(Block &block, const Set &nodes, NodeId value) {
  Block moved;
  moved.yields = {value};
  for (NodeId id : block.nodes)
    if (nodes.contains(id))
      moved.nodes.push_back(id);
  std::erase_if(block.nodes, [&](NodeId id) { return nodes.contains(id); });
  return moved;
}

/// Turns the guarded load or select at `place` into a branch if much work is
/// needed for one side only.
bool Rewriter::rewrite(Block &block, size_t place) {
  NodeId id = block.nodes[place];
  Node node = k_.nodes[id];
  bool load = node.kind == NodeKind::load;
  size_t rank = load ? k_.operands[node.index].dims.size() : 0;
  if (load ? node.args.size() <= rank || k_.operands[node.index].written
           : node.kind != NodeKind::scalar || node.op != ScalarOp::select)
    return false;
  NodeId condition = node.args[load ? rank : 0];
  NodeId other = node.args[load ? rank + 1 : 2];
  auto work = [&](const Set &nodes) {
    double sum = 0;
    for (NodeId n : nodes)
      sum += work_of(k_, n);
    return sum;
  };
  Set no = needed_only_by(block, place, other);
  Set yes = load ? Set() : needed_only_by(block, place, node.args[1]);
  for (Set *side : {&no, &yes})
    std::erase_if(*side, [&](NodeId n) { return changes_less(n, condition); });
  if (work(no) < worth_a_branch && work(yes) < worth_a_branch)
    return false;
  if (no.contains(condition) || yes.contains(condition))
    return false;
  NodeId owner = NodeId(k_.nodes.size());
  Block then_block, else_block = move_out(block, no, other);
  if (load) {
    Node plain = node;
    plain.args.resize(rank);
    k_.nodes.push_back(std::move(plain));
    then_block.nodes = then_block.yields = {owner};
    ++owner;
  } else {
    then_block = move_out(block, yes, node.args[1]);
  }
  Node branch{.kind = NodeKind::branch, .type = node.type};
  branch.args = {condition};
  branch.blocks = {std::move(then_block), std::move(else_block)};
  k_.nodes.push_back(std::move(branch));
  levels_.resize(k_.nodes.size(), levels_[id]);
  k_.nodes[id] = {.kind = NodeKind::result, .type = node.type, .args = {owner}};
  auto at = std::find(block.nodes.begin(), block.nodes.end(), id);
  block.nodes.insert(at, owner);
  count_uses();
  return true;
}

void Rewriter::visit(Block &block) {
  // Last ones first: an inner alternative moves along with the outer one.
  for (size_t place = block.nodes.size(); place-- > 0;)
    if (rewrite(block, place))
      place = block.nodes.size();
  for (NodeId id : block.nodes)
    for (size_t k = 0; k < k_.nodes[id].blocks.size(); ++k) {
      // Rewriting adds nodes, so blocks are not held by reference meanwhile.
      Block inner = std::move(k_.nodes[id].blocks[k]);
      visit(inner);
      k_.nodes[id].blocks[k] = std::move(inner);
    }
}

} // namespace

Kernel sink_into_branches(Kernel kernel) {
  return Rewriter(std::move(kernel)).run();
}

} // namespace landfall::analysis
