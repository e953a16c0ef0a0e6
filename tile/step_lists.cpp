//===- step_lists.cpp - In which order arrays are computed ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/step_lists.h"

#include <algorithm>
#include <unordered_set>

namespace landfall::tile {

namespace {

/// Collects the arrays that a node uses, in its blocks too.
void collect_arrays(const TilePlan &plan, NodeId id,
                    std::vector<NodeId> &found) {
  auto add = [&](NodeId used) {
    if (plan.kinds[used] == ValueKind::array)
      found.push_back(used);
  };
  const Node &node = plan.kernel.nodes[id];
  for (NodeId argument : node.args)
    add(argument);
  if (auto load = plan.loads.find(id); load != plan.loads.end())
    for (const DataIndex &index : load->second.data)
      add(index.node);
  for (const Block &block : node.blocks) {
    for (NodeId inner : block.nodes)
      collect_arrays(plan, inner, found);
    for (NodeId yield : block.yields)
      add(yield);
  }
}

Variables variables_of(const analysis::Affine &form) {
  Variables result = 0;
  for (const auto &[variable, coefficient] : form.terms)
    result |= bit(variable);
  return result;
}

class StepLister {
public:
  StepLister(const TilePlan &plan, const Block &block)
      : plan_(plan), block_(block),
        own_(block.nodes.begin(), block.nodes.end()) {}

  /// What `kept` needs, which lives to the end of the block.
  std::vector<Step> list(const std::vector<NodeId> &kept, NodeId left_out) {
    for (NodeId id : kept)
      need(id);
    std::vector<Step> steps;
    for (NodeId id : block_.nodes)
      if (needed_.contains(id) && id != left_out &&
          plan_.kernel.nodes[id].kind != NodeKind::result)
        steps.push_back({id});
    std::unordered_set<NodeId> done(kept.begin(), kept.end());
    for (size_t s = steps.size(); s-- > 0;) {
      std::vector<NodeId> used;
      collect_arrays(plan_, steps[s].node, used);
      for (NodeId id : used)
        if (own_.contains(id) && done.insert(id).second)
          steps[s].last_uses.push_back(id);
    }
    return steps;
  }

private:
  void need(NodeId id) {
    if (plan_.kinds[id] != ValueKind::array || !own_.contains(id) ||
        !needed_.insert(id).second)
      return;
    std::vector<NodeId> used;
    collect_arrays(plan_, id, used);
    for (NodeId other : used)
      need(other);
  }

  const TilePlan &plan_;
  const Block &block_;
  std::unordered_set<NodeId> own_, needed_;
};

class UseFinder {
public:
  explicit UseFinder(TilePlan &plan) : plan_(plan) {}

  void run() {
    for (const auto &[id, form] : plan_.indices)
      plan_.uses[id] |= variables_of(form);
    for (const auto &[id, forms] : plan_.conditions)
      for (const analysis::Affine &form : forms)
        plan_.uses[id] |= variables_of(form);
    // What a fold carries may depend on what it yields.
    do {
      changed_ = false;
      for (NodeId id = 0; id < plan_.kernel.nodes.size(); ++id)
        if (plan_.kinds[id] == ValueKind::array)
          visit(id, plan_.kernel.nodes[id]);
      for (const auto &[id, fold] : plan_.folds)
        visit_fold(fold);
    } while (changed_);
  }

private:
  void grow(NodeId id, Variables variables) {
    changed_ |= (plan_.uses[id] | variables) != plan_.uses[id];
    plan_.uses[id] |= variables;
  }

  void visit(NodeId id, const Node &node) {
    if (node.kind == NodeKind::scalar)
      for (NodeId argument : node.args)
        grow(id, plan_.uses[argument]);
    if (node.kind != NodeKind::load)
      return;
    const LoadPlan &load = plan_.loads.at(id);
    Variables variables = variables_of(load.offset);
    for (const analysis::Affine &form : load.conditions)
      variables |= variables_of(form);
    for (const auto *values : {&load.tables, &load.guards})
      for (const TableValue &value : *values)
        variables |= value.uses;
    for (const DataIndex &index : load.data)
      variables |= plan_.uses[index.node];
    if (load.other != no_node)
      variables |= plan_.uses[load.other];
    grow(id, variables);
  }

  void visit_fold(const FoldPlan &fold) {
    Variables inner = 0;
    for (uint32_t variable : fold.variables)
      inner |= bit(variable);
    const Block &block = plan_.kernel.nodes[fold.loops[0]].blocks[0];
    for (size_t c = 0; c < fold.inits.size(); ++c) {
      Variables variables = plan_.uses[fold.inits[c]];
      if (fold.reduces()) {
        variables |= plan_.uses[fold.joins[c].element];
        if (fold.joins[c].factor != no_node)
          variables |= plan_.uses[fold.joins[c].factor];
      } else {
        variables |= plan_.uses[block.yields[c]];
        grow(block.params[c + 1], variables & ~inner);
      }
      if (fold.results[c] != no_node)
        grow(fold.results[c], variables & ~inner);
    }
  }

  TilePlan &plan_;
  bool changed_ = false;
};

} // namespace

std::vector<Step> list_steps(const TilePlan &plan, const Block &block,
                             std::span<const NodeId> values) {
  std::vector<NodeId> kept(values.begin(), values.end());
  return StepLister(plan, block).list(kept, no_node);
}

std::vector<Step> list_outer_steps(const TilePlan &plan, const Block &block,
                                   NodeId inner) {
  std::vector<NodeId> kept;
  collect_arrays(plan, inner, kept);
  return StepLister(plan, block).list(kept, inner);
}

void find_uses(TilePlan &plan) { UseFinder(plan).run(); }

} // namespace landfall::tile
