//===- fold_shape.cpp - Which folds are reductions ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/fold_shape.h"

#include <algorithm>

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

/// Reads the step of a loop with one carried value.
class StepReader {
public:
  StepReader(const Kernel &kernel, const Capabilities &capabilities,
             FoldPlan &fold)
      : kernel_(kernel), capabilities_(capabilities), fold_(fold) {}

  /// Whether `loop` reduces; its loops are then added to the fold's.
  bool read(NodeId loop) {
    const Node &node = kernel_.nodes[loop];
    const Block &block = node.blocks[0];
    if (block.yields.size() != 1)
      return false;
    NodeId carried = block.params[1];
    if (count_uses(kernel_, block, carried) != 1)
      return false;
    fold_.loops.push_back(loop);
    const Node &step = kernel_.nodes[block.yields[0]];
    bool found =
        std::ranges::find(block.nodes, block.yields[0]) != block.nodes.end() &&
        (step.kind == NodeKind::result ? read_nested(step, carried)
                                       : read_scalar(step, carried));
    if (!found)
      fold_.loops.pop_back();
    return found;
  }

private:
  bool read_nested(const Node &step, NodeId carried) {
    const Node &inner = kernel_.nodes[step.args[0]];
    return inner.kind == NodeKind::loop && inner.args.size() == 3 &&
           inner.args[2] == carried && read(step.args[0]);
  }

  bool read_scalar(const Node &step, NodeId carried) {
    if (step.kind != NodeKind::scalar)
      return false;
    if (step.op == ScalarOp::fma && step.args[2] == carried &&
        is_native(ScalarOp::mul, step.type)) {
      fold_.element = step.args[0];
      fold_.factor = step.args[1];
      fold_.join = fold_.reduce = ScalarOp::add;
      return is_native(ScalarOp::add, step.type);
    }
    std::optional<ScalarOp> reduce = reduction_of(step.op);
    if (!reduce || !is_native(step.op, step.type) ||
        !is_native(*reduce, step.type))
      return false;
    bool first = step.args[0] == carried;
    if (!first && (step.args[1] != carried || step.op == ScalarOp::sub))
      return false;
    fold_.element = step.args[first ? 1 : 0];
    fold_.reduce = *reduce;
    fold_.join = step.op;
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
  fold.reduces = StepReader(kernel, capabilities, fold).read(loop);
  if (!fold.reduces) {
    fold = {};
    fold.loops = {loop};
  }
  return fold;
}

} // namespace landfall::tile
