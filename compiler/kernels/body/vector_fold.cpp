//===- vector_fold.cpp - Reductions with lanes of their own ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/vector_fold.h"

#include "kernel_analysis/access/access_analysis.h"
#include "kernel_analysis/access/work_estimate.h"

#include <bit>

namespace landfall::kernels {

using llvm::Value;

namespace {

using Combiners = llvm::SmallVector<ScalarOp, 2>;

class FoldFinder {
public:
  FoldFinder(const Machine &machine, const Kernel &kernel)
      : machine_(machine), kernel_(kernel), access_(kernel) {}

  std::optional<VectorFold> find(NodeId loop);
  std::optional<FoldedExtreme> extreme(NodeId loop);

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  std::optional<Combiners> combiners(NodeId loop);
  std::optional<ScalarOp> combiner(const Block &block, NodeId param,
                                   NodeId yield);
  std::optional<Combiners> pass_through(const Block &block);
  size_t uses(const Block &block, NodeId node);
  NodeId inner_loop(const Block &block);
  bool is_short(NodeId loop);
  unsigned width(NodeId loop);
  std::optional<int64_t> trips(NodeId loop);
  bool has_side_effects(const Block &block);

  const Machine &machine_;
  const Kernel &kernel_;
  analysis::AccessAnalysis access_;
};

/// How often the node is mentioned in a block and its inner blocks.
size_t FoldFinder::uses(const Block &block, NodeId node) {
  size_t count = llvm::count(block.yields, node);
  for (NodeId id : block.nodes) {
    count += llvm::count(at(id).args, node);
    for (const Block &inner : at(id).blocks)
      count += uses(inner, node);
  }
  return count;
}

/// The operation that joins the carried value with something new.
std::optional<ScalarOp> FoldFinder::combiner(const Block &block, NodeId param,
                                             NodeId yield) {
  const Node &node = at(yield);
  if (node.kind != NodeKind::scalar || uses(block, param) != 1 ||
      uses(block, yield) != 1 || !llvm::is_contained(block.nodes, yield))
    return std::nullopt;
  switch (node.op) {
  case ScalarOp::add:
  case ScalarOp::mul:
  case ScalarOp::min:
  case ScalarOp::max:
  case ScalarOp::bit_and:
  case ScalarOp::bit_or:
  case ScalarOp::bit_xor:
    if (node.args[0] == param || node.args[1] == param)
      return node.op;
    return std::nullopt;
  case ScalarOp::sub:
    if (node.args[0] == param)
      return ScalarOp::add;
    return std::nullopt;
  case ScalarOp::fma:
    if (node.args[2] == param)
      return ScalarOp::add;
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

/// The combiners of an inner loop whose initial values are all of the block's
/// carried values, and whose results are the block's yields.
std::optional<Combiners> FoldFinder::pass_through(const Block &block) {
  NodeId inner = inner_loop(block);
  if (inner == no_node)
    return std::nullopt;
  llvm::ArrayRef<NodeId> init = llvm::ArrayRef(at(inner).args).drop_front(2);
  if (init != llvm::ArrayRef(block.params).drop_front())
    return std::nullopt;
  for (size_t k = 0; k < block.yields.size(); ++k) {
    const Node &result = at(block.yields[k]);
    if (result.kind != NodeKind::result || result.args[0] != inner ||
        result.index != k || uses(block, block.params[k + 1]) != 1 ||
        uses(block, block.yields[k]) != 1)
      return std::nullopt;
  }
  return combiners(inner);
}

NodeId FoldFinder::inner_loop(const Block &block) {
  NodeId found = no_node;
  for (NodeId id : block.nodes)
    if (at(id).kind == NodeKind::loop &&
        at(id).args.size() == block.params.size() + 1)
      found = id;
  return found;
}

std::optional<Combiners> FoldFinder::combiners(NodeId loop) {
  const Block &block = at(loop).blocks[0];
  if (auto inner = pass_through(block))
    return inner;
  Combiners result;
  for (size_t k = 0; k < block.yields.size(); ++k) {
    auto op = combiner(block, block.params[k + 1], block.yields[k]);
    if (!op)
      return std::nullopt;
    result.push_back(*op);
  }
  return result;
}

std::optional<int64_t> FoldFinder::trips(NodeId loop) {
  const Node &low = at(at(loop).args[0]), &high = at(at(loop).args[1]);
  if (low.kind != NodeKind::constant || high.kind != NodeKind::constant)
    return std::nullopt;
  return int64_t(high.bits) - int64_t(low.bits);
}

/// Whether there are too few iterations to fill lanes, for the work in each.
bool FoldFinder::is_short(NodeId loop) {
  auto count = trips(loop);
  if (!count || *count >= 8)
    return false;
  return *count < 3 || analysis::work_of(kernel_, at(loop).blocks[0]) < 20;
}

bool FoldFinder::has_side_effects(const Block &block) {
  return llvm::any_of(block.nodes, [&](NodeId id) {
    return at(id).kind == NodeKind::store || at(id).kind == NodeKind::check ||
           at(id).kind == NodeKind::loop_while ||
           llvm::any_of(at(id).blocks,
                        [&](const Block &b) { return has_side_effects(b); });
  });
}

/// Several registers' worth of lanes, so that independent additions hide the
/// latency of the dependent chain. Heavy bodies need fewer, and so do extremes,
/// which integer instructions find (body_extremes.cpp).
unsigned FoldFinder::width(NodeId loop) {
  unsigned lanes = 0;
  for (NodeId arg : llvm::ArrayRef(at(loop).args).drop_front(2)) {
    unsigned natural = Lanes::natural_width(machine_, at(arg).type);
    lanes = lanes ? std::min(lanes, natural) : natural;
  }
  size_t size = 0;
  bool heavy = false;
  std::function<void(const Block &)> visit = [&](const Block &block) {
    size += block.nodes.size();
    for (NodeId id : block.nodes) {
      heavy |= at(id).kind == NodeKind::scalar &&
               (at(id).op >= ScalarOp::exp || at(id).op == ScalarOp::pow) &&
               at(id).op != ScalarOp::fma;
      for (const Block &inner : at(id).blocks)
        visit(inner);
    }
  };
  visit(at(loop).blocks[0]);
  auto ops = combiners(loop);
  bool extreme =
      ops && ops->size() == 1 && !machine_.vector.scalable &&
      at(at(loop).args[2]).type != DType::f64 &&
      (ops->front() == ScalarOp::min || ops->front() == ScalarOp::max);
  return Lanes::joined_width(machine_, lanes,
                             heavy || extreme || size > 24 ? 2 : 4);
}

std::optional<VectorFold> FoldFinder::find(NodeId loop) {
  if (at(loop).args.size() <= 2 || has_side_effects(at(loop).blocks[0]))
    return std::nullopt;
  auto ops = combiners(loop);
  if (!ops)
    return std::nullopt;
  VectorFold best{loop, no_node, *ops, width(loop), 0};
  int best_score = 0;
  for (NodeId id = loop; id != no_node;) {
    const Block &block = at(id).blocks[0];
    int value = access_.lane_score(block, block.params[0]);
    if (!is_short(id) && value >= best_score) {
      best_score = value;
      best.lane_loop = id;
    }
    id = pass_through(block) ? inner_loop(block) : no_node;
  }
  if (best.lane_loop != no_node)
    if (auto count = trips(best.lane_loop))
      best.width = std::min<uint64_t>(
          best.width, std::bit_ceil(uint64_t(std::max<int64_t>(*count, 1))));
  if (best.lane_loop == no_node || best.width <= 1)
    return std::nullopt;
  best.score = best_score;
  return best;
}

std::optional<FoldedExtreme> FoldFinder::extreme(NodeId loop) {
  auto ops = combiners(loop);
  if (!ops || ops->size() != 1 ||
      (ops->front() != ScalarOp::min && ops->front() != ScalarOp::max))
    return std::nullopt;
  auto is_shared = [&](NodeId bound) {
    return at(bound).kind == NodeKind::constant ||
           at(bound).kind == NodeKind::size;
  };
  while (pass_through(at(loop).blocks[0])) {
    loop = inner_loop(at(loop).blocks[0]);
    if (!is_shared(at(loop).args[0]) || !is_shared(at(loop).args[1]))
      return std::nullopt;
  }
  const Block &block = at(loop).blocks[0];
  const Node &node = at(block.yields[0]);
  bool first = node.args[0] == block.params[1];
  return FoldedExtreme{block.yields[0], node.args[first ? 1 : 0]};
}

} // namespace

std::optional<FoldedExtreme> find_extreme(const Machine &machine,
                                          const Kernel &kernel, NodeId loop) {
  return FoldFinder(machine, kernel).extreme(loop);
}

std::optional<VectorFold> find_vector_fold(const Machine &machine,
                                           const Kernel &kernel, NodeId loop) {
  return FoldFinder(machine, kernel).find(loop);
}

LaneValues emit_vector_fold(BodyEmitter &outer, const VectorFold &fold) {
  KernelFrame &frame = outer.frame();
  const Node &node = frame.kernel.nodes[fold.loop];
  LaneValues init = outer.values(llvm::ArrayRef(node.args).drop_front(2));
  Lanes lanes(frame, fold.width);
  BodyEmitter inner(lanes, &outer);
  inner.set_lane_loop(fold.loop, fold.lane_loop);
  LaneValues accumulators;
  for (size_t k = 0; k < init.size(); ++k) {
    llvm::Constant *start = lanes.neutral(fold.combiners[k], init[k].type());
    accumulators.push_back(LaneValue::varying(
        init[k].type(),
        lanes.spread(LaneValue::uniform(init[k].type(), start))));
  }
  LaneValues partial = inner.emit_loop_from(fold.loop, accumulators);
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k) {
    DType type = init[k].type();
    Value *total = lanes.reduce(fold.combiners[k], type, partial[k].vector());
    results.push_back(outer.lanes().apply(
        fold.combiners[k], type, {init[k], LaneValue::uniform(type, total)}));
  }
  return results;
}

} // namespace landfall::kernels
