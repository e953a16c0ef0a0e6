//===- map_as_contraction.cpp - A map's sum of products -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/map_as_contraction.h"

#include <unordered_map>

namespace landfall::analysis {

namespace {

Error refuse(std::string reason) {
  return {ErrorCode::unsupported, std::move(reason)};
}

class Rewriter {
public:
  explicit Rewriter(const Kernel &map) : map_(map) {}

  Result<Kernel> run();

private:
  /// New nodes by old ones, in one block.
  using Copies = std::unordered_map<NodeId, NodeId>;

  const Node &at(NodeId id) const { return map_.nodes[id]; }
  Result<NodeId> find_fold() const;
  Status enter(NodeId loop, NodeId outer_carried);
  Status read_step(const Node &step, NodeId carried);
  NodeId add(Node node) {
    made_.nodes.push_back(std::move(node));
    return NodeId(made_.nodes.size() - 1);
  }
  void add_params(Block &block, Copies &copies,
                  const std::vector<NodeId> &params);
  Result<NodeId> copy(NodeId id, Block &block, Copies &copies);

  const Kernel &map_;
  Kernel made_;
  std::vector<NodeId> indices_; ///< Of the folds, outermost first.
  NodeId factors_[2] = {no_node, no_node};
};

/// The body's only node with a block.
Result<NodeId> Rewriter::find_fold() const {
  NodeId fold = no_node;
  for (NodeId id : map_.body.nodes) {
    if (at(id).kind == NodeKind::check)
      return refuse("it has checks");
    if (at(id).blocks.empty())
      continue;
    if (at(id).kind != NodeKind::loop || fold != no_node)
      return refuse("it has control flow besides one sum");
    fold = id;
  }
  if (fold == no_node)
    return refuse("it has no sum");
  return fold;
}

/// One loop of the nest of folds.
Status Rewriter::enter(NodeId id, NodeId outer_carried) {
  const Node &loop = at(id);
  if (loop.kind != NodeKind::loop || loop.args.size() != 3)
    return refuse("it has no plain sum");
  const Node &low = at(loop.args[0]), &high = at(loop.args[1]);
  const Node &init = at(loop.args[2]);
  bool constant = high.kind == NodeKind::constant;
  if (low.kind != NodeKind::constant || low.bits != 0 ||
      (!constant && high.kind != NodeKind::size))
    return refuse("a sum's bounds are computed");
  bool continues = outer_carried == no_node
                       ? init.kind == NodeKind::constant && init.bits == 0
                       : loop.args[2] == outer_carried;
  if (!continues)
    return refuse("its sum does not begin at 0");
  const Block &block = loop.blocks[0];
  indices_.push_back(block.params[0]);
  made_.reduce.push_back(
      {constant, constant ? int64_t(high.bits) : int64_t(high.index)});
  const Node &step = at(block.yields[0]);
  if (step.kind == NodeKind::result)
    return enter(step.args[0], block.params[1]);
  return read_step(step, block.params[1]);
}

Status Rewriter::read_step(const Node &step, NodeId carried) {
  made_.accumulator = step.type;
  if (step.kind != NodeKind::scalar)
    return refuse("it is no sum");
  if (step.op == ScalarOp::fma && step.args[2] == carried) {
    factors_[0] = step.args[0], factors_[1] = step.args[1];
    return {};
  }
  if (step.op != ScalarOp::add ||
      (step.args[0] != carried && step.args[1] != carried))
    return refuse("it is no sum");
  const Node &term = at(step.args[step.args[0] == carried ? 1 : 0]);
  if (term.kind != NodeKind::scalar || term.op != ScalarOp::mul)
    return refuse("it sums no products");
  factors_[0] = term.args[0], factors_[1] = term.args[1];
  return {};
}

void Rewriter::add_params(Block &block, Copies &copies,
                          const std::vector<NodeId> &params) {
  for (NodeId id : params) {
    block.params.push_back(add(at(id)));
    copies[id] = block.params.back();
  }
}

/// A value, and before it all that it needs, at the end of the block.
Result<NodeId> Rewriter::copy(NodeId id, Block &block, Copies &copies) {
  if (auto known = copies.find(id); known != copies.end())
    return known->second;
  Node node = at(id);
  if (node.kind == NodeKind::param || !node.blocks.empty())
    return refuse("a factor depends on the sum");
  if (node.kind == NodeKind::result) // Of the fold, in the epilogue alone.
    return refuse("a factor has control flow of its own");
  for (NodeId &argument : node.args)
    argument = TRY(copy(argument, block, copies));
  NodeId made = add(std::move(node));
  block.nodes.push_back(made);
  return copies[id] = made;
}

Result<Kernel> Rewriter::run() {
  if (map_.kind != KernelClass::map)
    return refuse("it is no map");
  NodeId fold = TRY(find_fold());
  TRY(enter(fold, no_node));
  made_.name = map_.name;
  made_.kind = KernelClass::contraction;
  made_.operands = map_.operands;
  made_.size_count = map_.size_count;
  made_.loops = map_.loops;
  made_.origins = map_.origins;

  Copies copies;
  add_params(made_.factors, copies, map_.body.params);
  add_params(made_.factors, copies, indices_);
  for (NodeId factor : factors_)
    made_.factors.yields.push_back(TRY(copy(factor, made_.factors, copies)));

  copies.clear();
  add_params(made_.body, copies, map_.body.params);
  NodeId sum = add({.kind = NodeKind::param, .type = made_.accumulator});
  made_.body.params.push_back(sum);
  for (NodeId id : map_.body.nodes)
    if (at(id).kind == NodeKind::result && at(id).args[0] == fold)
      copies[id] = sum;
  for (NodeId yield : map_.body.yields)
    made_.body.yields.push_back(TRY(copy(yield, made_.body, copies)));
  return std::move(made_);
}

} // namespace

Result<Kernel> map_as_contraction(const Kernel &map) {
  return Rewriter(map).run();
}

} // namespace landfall::analysis
