//===- access_analysis.cpp - Strides of loads and stores ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/access_analysis.h"

#include <algorithm>

namespace landfall::analysis {

AccessAnalysis::AccessAnalysis(const Kernel &kernel)
    : kernel_(kernel), owners_(kernel.nodes.size(), no_node) {
  for (NodeId id = 0; id < kernel.nodes.size(); ++id)
    for (const Block &block : kernel.nodes[id].blocks)
      for (NodeId param : block.params)
        owners_[param] = id;
}

bool AccessAnalysis::depends(NodeId id, NodeId variable) {
  auto [entry, fresh] = dependents_.try_emplace(variable);
  if (fresh)
    entry->second = dependents(variable);
  return entry->second[id];
}

/// A fixed point, as what a loop carries may come from anywhere in it.
std::vector<bool> AccessAnalysis::dependents(NodeId variable) const {
  std::vector<bool> found(kernel_.nodes.size(), false);
  found[variable] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (NodeId id = 0; id < kernel_.nodes.size(); ++id)
      if (!found[id] && follows(id, variable, found))
        changed = found[id] = true;
  }
  return found;
}

/// Whether the node depends on the variable directly or by one in `found`.
bool AccessAnalysis::follows(NodeId id, NodeId variable,
                             const std::vector<bool> &found) const {
  const Node &node = kernel_.nodes[id];
  auto is_found = [&](NodeId other) { return found[other]; };
  auto any = [&](const std::vector<NodeId> &ids) {
    return std::any_of(ids.begin(), ids.end(), is_found);
  };
  if (node.kind != NodeKind::param)
    return any(node.args) || std::any_of(node.blocks.begin(), node.blocks.end(),
                                         [&](const Block &block) {
                                           return any(block.nodes) ||
                                                  any(block.yields);
                                         });
  NodeId owner = owners_[id];
  if (owner == no_node || owner == owners_[variable])
    return false;
  // An index runs between its bounds.
  const Node &loop = kernel_.nodes[owner];
  if (loop.kind == NodeKind::loop && loop.blocks[0].params[0] == id)
    return found[loop.args[0]] || found[loop.args[1]];
  return found[owner];
}

AccessAnalysis::Slope AccessAnalysis::scalar_slope(const Node &node,
                                                   NodeId variable) {
  auto both_constant = [](Slope a, Slope b) {
    return a.kind == Slope::constant && b.kind == Slope::constant;
  };
  auto worse = [](Slope a, Slope b) { return std::max(a.kind, b.kind); };
  Slope a = slope(node.args[0], variable);
  Slope b = node.args.size() > 1 ? slope(node.args[1], variable) : Slope();
  switch (node.op) {
  case ScalarOp::neg:
    return {a.kind, -a.value};
  case ScalarOp::add:
  case ScalarOp::sub:
    if (both_constant(a, b))
      return {Slope::constant,
              node.op == ScalarOp::add ? a.value + b.value : a.value - b.value};
    return {worse(a, b), 0};
  case ScalarOp::mul: {
    NodeId factor =
        a.kind == Slope::constant && a.value == 0 ? node.args[0] : node.args[1];
    Slope other = factor == node.args[0] ? b : a;
    if (depends(factor, variable))
      return {Slope::irregular, 0};
    const Node &by = kernel_.nodes[factor];
    if (by.kind == NodeKind::constant && other.kind == Slope::constant)
      return {Slope::constant, int64_t(by.bits) * other.value};
    return {std::max(other.kind, Slope::runtime), 0};
  }
  case ScalarOp::select:
    if (depends(node.args[0], variable))
      return {Slope::irregular, 0};
    return {std::max(worse(b, slope(node.args[2], variable)), Slope::runtime),
            0};
  default:
    return {Slope::irregular, 0};
  }
}

AccessAnalysis::Slope AccessAnalysis::slope(NodeId id, NodeId variable) {
  if (id == variable)
    return {Slope::constant, 1};
  if (!depends(id, variable))
    return {};
  const Node &node = kernel_.nodes[id];
  if (node.kind != NodeKind::scalar || node.type != DType::i64)
    return {Slope::irregular, 0};
  return scalar_slope(node, variable);
}

Movement AccessAnalysis::movement(NodeId access, NodeId variable) {
  const Node &node = kernel_.nodes[access];
  const std::vector<Extent> &dims = kernel_.operands[node.index].dims;
  Movement result = Movement::none;
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    Slope s = slope(node.args[dim], variable);
    if (s.kind == Slope::constant && s.value == 0)
      continue;
    bool innermost =
        std::all_of(dims.begin() + dim + 1, dims.end(),
                    [](Extent e) { return e.constant && e.value == 1; });
    Movement moves = Movement::strided;
    if (s.kind == Slope::irregular)
      moves = Movement::irregular;
    else if (innermost && s.kind == Slope::runtime)
      moves = Movement::broadcast;
    else if (innermost && s.value == 1)
      moves = Movement::unit;
    // Two dimensions that move together stride, unless one is irregular.
    if (result == Movement::none)
      result = moves;
    else
      result = std::max({Movement::strided, result, moves});
  }
  return result;
}

int AccessAnalysis::lane_score(const Block &block, NodeId variable) {
  int total = 0;
  for (NodeId id : block.nodes) {
    if (kernel_.nodes[id].kind == NodeKind::load)
      switch (movement(id, variable)) {
      case Movement::unit:
        total += 2;
        break;
      case Movement::none:
      case Movement::broadcast:
        total += 1;
        break;
      default:
        total -= 1;
      }
    for (const Block &inner : kernel_.nodes[id].blocks)
      total += lane_score(inner, variable);
  }
  return total;
}

} // namespace landfall::analysis
