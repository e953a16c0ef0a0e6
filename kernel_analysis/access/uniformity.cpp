//===- uniformity.cpp - Divergence analysis of a block --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/uniformity.h"

namespace landfall::analysis {

void Uniformity::visit(const Block &block) {
  for (NodeId id : block.nodes)
    set_param(id, node_varies(id));
}

/// A node with blocks varies as a whole, if anything in it does.
bool Uniformity::node_varies(NodeId id) {
  const Node &node = kernel_.nodes[id];
  for (NodeId arg : node.args)
    if (varies(arg))
      return true;
  for (const Block &block : node.blocks)
    if (block_mentions_varying(block))
      return true;
  return false;
}

bool Uniformity::block_mentions_varying(const Block &block) {
  for (NodeId param : block.params)
    set_param(param, false);
  visit(block);
  auto differs = [&](NodeId id) { return varies(id); };
  return std::any_of(block.nodes.begin(), block.nodes.end(), differs) ||
         std::any_of(block.yields.begin(), block.yields.end(), differs);
}

} // namespace landfall::analysis
