//===- contraction_as_map.cpp - A contraction as a map --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_as_map.h"

namespace landfall::analysis {

namespace {

class Rewriter {
public:
  explicit Rewriter(Kernel kernel) : k_(std::move(kernel)) {}

  Kernel run();

private:
  NodeId add(Node node, Block &block) {
    k_.nodes.push_back(std::move(node));
    block.nodes.push_back(NodeId(k_.nodes.size() - 1));
    return block.nodes.back();
  }
  NodeId literal(int64_t value, Block &block) {
    return add({.type = DType::i64, .bits = uint64_t(value)}, block);
  }
  NodeId bound(const Extent &extent, Block &block) {
    if (extent.constant)
      return literal(extent.value, block);
    return add({.kind = NodeKind::size,
                .type = DType::i64,
                .index = uint32_t(extent.value)},
               block);
  }
  NodeId parameter() {
    k_.nodes.push_back({.kind = NodeKind::param, .type = k_.accumulator});
    return NodeId(k_.nodes.size() - 1);
  }
  void replace(NodeId from, NodeId to);
  void accumulate(Block &block, NodeId carried);
  NodeId fold(size_t level, NodeId init, Block &block);

  Kernel k_;
};

/// In all uses; the node numbers of the two parameter lists never overlap.
void Rewriter::replace(NodeId from, NodeId to) {
  auto rename = [&](std::vector<NodeId> &ids) {
    for (NodeId &id : ids)
      if (id == from)
        id = to;
  };
  for (Node &node : k_.nodes) {
    rename(node.args);
    for (Block &block : node.blocks)
      rename(block.yields);
  }
  rename(k_.factors.yields);
  rename(k_.body.yields);
}

/// The innermost block: both factors and the step of the sum.
void Rewriter::accumulate(Block &block, NodeId carried) {
  block.nodes = k_.factors.nodes;
  NodeId a = k_.factors.yields[0], b = k_.factors.yields[1];
  DType type = k_.accumulator;
  if (type == DType::f32 || type == DType::f64) {
    block.yields = {add({.kind = NodeKind::scalar,
                         .op = ScalarOp::fma,
                         .type = type,
                         .args = {a, b, carried}},
                        block)};
    return;
  }
  NodeId product = add({.kind = NodeKind::scalar,
                        .op = ScalarOp::mul,
                        .type = type,
                        .args = {a, b}},
                       block);
  block.yields = {add({.kind = NodeKind::scalar,
                       .op = ScalarOp::add,
                       .type = type,
                       .args = {carried, product}},
                      block)};
}

/// Appends the loops from `level` inwards to `block`; their sum.
NodeId Rewriter::fold(size_t level, NodeId init, Block &block) {
  Node loop{.kind = NodeKind::loop, .type = k_.accumulator};
  loop.args = {literal(0, block), bound(k_.reduce[level], block), init};
  NodeId carried = parameter();
  Block inner;
  inner.params = {k_.factors.params[k_.loops.size() + level], carried};
  if (level + 1 == k_.reduce.size())
    accumulate(inner, carried);
  else
    inner.yields = {fold(level + 1, carried, inner)};
  loop.blocks.push_back(std::move(inner));
  NodeId owner = add(std::move(loop), block);
  return add(
      {.kind = NodeKind::result, .type = k_.accumulator, .args = {owner}},
      block);
}

Kernel Rewriter::run() {
  size_t rank = k_.loops.size();
  for (size_t k = 0; k < rank; ++k)
    replace(k_.factors.params[k], k_.body.params[k]);
  NodeId sum = k_.body.params[rank];
  k_.body.params.pop_back();
  Block body;
  body.params = k_.body.params;
  NodeId zero = add({.type = k_.accumulator}, body);
  NodeId total;
  if (k_.reduce.empty()) {
    Block once;
    accumulate(once, zero);
    body.nodes.insert(body.nodes.end(), once.nodes.begin(), once.nodes.end());
    total = once.yields[0];
  } else {
    total = fold(0, zero, body);
  }
  replace(sum, total);
  body.nodes.insert(body.nodes.end(), k_.body.nodes.begin(),
                    k_.body.nodes.end());
  body.yields = k_.body.yields;
  k_.body = std::move(body);
  k_.factors = {};
  k_.reduce.clear();
  k_.kind = KernelClass::map;
  return std::move(k_);
}

} // namespace

Kernel contraction_as_map(const Kernel &contraction) {
  return Rewriter(contraction).run();
}

} // namespace landfall::analysis
