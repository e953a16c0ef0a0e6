//===- fold_shape.cpp - Which folds are reductions ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/fold_shape.h"

#include <algorithm>
#include <ranges>

namespace landfall::tile {

namespace {

/// What elements are joined by, if a fold's step is carried op element in any
/// order: of `sub`, elements are added and then subtracted.
std::optional<ScalarOp> reduction_of(ScalarOp op) {
  switch (op) {
  case ScalarOp::add:
  case ScalarOp::mul:
  case ScalarOp::min:
  case ScalarOp::max:
  case ScalarOp::bit_and:
  case ScalarOp::bit_or:
  case ScalarOp::bit_xor:
    return op;
  case ScalarOp::sub:
    return ScalarOp::add;
  default:
    return std::nullopt;
  }
}

/// Reads the step of a loop.
class StepReader {
public:
  StepReader(const Kernel &kernel, const Capabilities &capabilities,
             FoldPlan &fold)
      : kernel_(kernel), capabilities_(capabilities), fold_(fold) {}

  /// Whether `loop` reduces; the fold then has its loops and joins.
  bool read(NodeId loop) {
    const Block &block = kernel_.nodes[loop].blocks[0];
    for (size_t c = 0; c < block.yields.size(); ++c)
      if (count_uses(kernel_, block, block.params[c + 1]) != 1 ||
          std::ranges::find(block.nodes, block.yields[c]) == block.nodes.end())
        return false;
    fold_.loops.push_back(loop);
    if (std::optional<NodeId> inner = nested(block))
      return read(*inner);
    return std::ranges::all_of(
        std::views::iota(size_t(0), block.yields.size()), [&](size_t c) {
          return read_scalar(kernel_.nodes[block.yields[c]],
                             block.params[c + 1]);
        });
  }

private:
  /// The loop that goes on with all values in their order.
  std::optional<NodeId> nested(const Block &block) const {
    const Node &first = kernel_.nodes[block.yields[0]];
    if (first.kind != NodeKind::result)
      return std::nullopt;
    const NodeId loop = first.args[0];
    const Node &inner = kernel_.nodes[loop];
    if (inner.kind != NodeKind::loop ||
        inner.args.size() != 2 + block.yields.size())
      return std::nullopt;
    for (uint32_t c = 0; c < block.yields.size(); ++c) {
      const Node &step = kernel_.nodes[block.yields[c]];
      if (step.kind != NodeKind::result || step.args[0] != loop ||
          step.index != c || inner.args[2 + c] != block.params[c + 1])
        return std::nullopt;
    }
    return loop;
  }

  bool read_scalar(const Node &step, NodeId carried) {
    if (step.kind != NodeKind::scalar)
      return false;
    FoldPlan::Join &join = fold_.joins.emplace_back();
    if (step.op == ScalarOp::fma && step.args[2] == carried &&
        is_native(ScalarOp::mul, step.type)) {
      join.element = step.args[0];
      join.factor = step.args[1];
      return is_native(ScalarOp::add, step.type);
    }
    std::optional<ScalarOp> reduce = reduction_of(step.op);
    if (!reduce || !is_native(step.op, step.type) ||
        !is_native(*reduce, step.type))
      return false;
    bool first = step.args[0] == carried;
    if (!first && (step.args[1] != carried || step.op == ScalarOp::sub))
      return false;
    join.element = step.args[first ? 1 : 0];
    join.reduce = *reduce;
    join.join = step.op;
    return true;
  }

  bool is_native(ScalarOp op, DType type) const {
    return capabilities_.has(op, type, type);
  }

  const Kernel &kernel_;
  const Capabilities &capabilities_;
  FoldPlan &fold_;
};

} // namespace

int count_uses(const Kernel &kernel, const Block &block, NodeId value) {
  int count = int(std::ranges::count(block.yields, value));
  for (NodeId id : block.nodes) {
    const Node &node = kernel.nodes[id];
    count += int(std::ranges::count(node.args, value));
    for (const Block &inner : node.blocks)
      count += count_uses(kernel, inner, value);
  }
  return count;
}

FoldPlan read_fold(const Kernel &kernel, const Capabilities &capabilities,
                   NodeId loop) {
  FoldPlan fold;
  if (StepReader(kernel, capabilities, fold).read(loop))
    return fold;
  fold = {};
  fold.loops = {loop};
  return fold;
}

} // namespace landfall::tile
