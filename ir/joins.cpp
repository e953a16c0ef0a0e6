//===- joins.cpp - One value from several graphs --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/joins.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

static Type join(Type a, Type b) {
  if (a == b)
    return a;
  auto ta = dyn_cast<RankedTensorType>(a), tb = dyn_cast<RankedTensorType>(b);
  if (!ta || !tb || ta.getElementType() != tb.getElementType() ||
      ta.getRank() != tb.getRank())
    return lf::BoxType::get(a.getContext());
  SmallVector<int64_t> extents;
  for (auto [x, y] : llvm::zip(ta.getShape(), tb.getShape()))
    extents.push_back(x == y ? x : ShapedType::kDynamic);
  return RankedTensorType::get(extents, ta.getElementType());
}

void Joined::add(const Any &first) {
  types.push_back(value_of(first).getType());
  facts.push_back(type_only(facts_of(first)));
}

bool Joined::widen(std::span<const Any> others) {
  bool changed = false;
  for (auto [k, other] : llvm::enumerate(others)) {
    Type type = join(types[k], value_of(other).getType());
    Facts common = common_facts(facts[k], facts_of(other));
    changed |= type != types[k] || !same_type(facts[k], common);
    types[k] = type;
    facts[k] = common;
  }
  return changed;
}

Joined join(std::span<const BuiltGraph> graphs) {
  Joined joined;
  for (const Any &result : graphs[0].results)
    joined.add(result);
  for (const BuiltGraph &graph : graphs.subspan(1)) {
    if (graph.results.size() != joined.types.size())
      throw BuildError(ErrorCode::invalid_model,
                       fmt::format("the branches have {} and {} outputs",
                                   joined.types.size(), graph.results.size()));
    joined.widen(graph.results);
  }
  return joined;
}

void ForgetRegion::operator()(Region *region) const {
  impl->forget(*region);
  delete region;
}

std::optional<BuiltGraph>
build_graph(Builder::Impl &i,
            llvm::function_ref<std::optional<std::vector<Any>>()> body) {
  BuiltGraph graph{OwnedRegion(new Region, {&i}), {}};
  OpBuilder::InsertionGuard guard(i.op);
  i.op.createBlock(graph.region.get());
  std::optional<std::vector<Any>> results = body();
  if (!results)
    return std::nullopt;
  SmallVector<Value> yielded;
  for (const Any &result : *results)
    yielded.push_back(value_of(result));
  lf::YieldOp::create(i.op, i.loc, yielded);
  graph.results = std::move(*results);
  return graph;
}

std::vector<Any> place_graph(Builder::Impl &i, BuiltGraph graph) {
  mlir::Block &block = graph.region->front();
  block.getTerminator()->erase();
  i.op.getInsertionBlock()->getOperations().splice(i.op.getInsertionPoint(),
                                                   block.getOperations());
  return std::move(graph.results);
}

Value retyped(Builder::Impl &i, Value value, Type type) {
  bool boxes = isa<lf::BoxType>(type) && isa<RankedTensorType>(value.getType());
  return boxes ? lf::RetypeOp::create(i.op, i.loc, type, value).getValue()
               : value;
}

void retype_operands(Builder::Impl &i, Operation *op, size_t first,
                     ArrayRef<Type> types) {
  OpBuilder::InsertionGuard guard(i.op);
  i.op.setInsertionPoint(op);
  for (auto [k, type] : llvm::enumerate(types))
    op->setOperand(first + k, retyped(i, op->getOperand(first + k), type));
}

std::vector<Any> join_graphs(Builder::Impl &i, Value condition,
                             BuiltGraph &then_graph, BuiltGraph &else_graph,
                             const Joined &joined) {
  OperationState state(i.loc, lf::IfOp::getOperationName());
  state.addOperands(condition);
  state.addTypes(joined.types);
  for (BuiltGraph *graph : {&then_graph, &else_graph}) {
    retype_operands(i, graph->region->front().getTerminator(), 0, joined.types);
    state.addRegion(std::unique_ptr<Region>(graph->region.release()));
  }
  Operation *op = i.op.create(state);
  std::vector<Any> results;
  for (auto [k, result] : llvm::enumerate(op->getResults())) {
    i.define_dims(result, "branch");
    results.push_back(with_facts(i.any(result), joined.facts[k]));
  }
  return results;
}

//===--- Taking back ------------------------------------------------------===//

Builder::Mark Builder::mark() const {
  mlir::Block *block = impl_->op.getInsertionBlock();
  return {block, block->empty() ? nullptr : &block->back()};
}

/// The operations of `block` that the size is computed from.
static llvm::DenseSet<Operation *> sources(Builder::Impl &i, mlir::Block &block,
                                           Size size) {
  llvm::DenseSet<Operation *> found;
  SmallVector<Value> pending;
  for (const Size &symbol : symbols(size))
    pending.push_back(i.m.symbol_values.lookup(symbol.str()));
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    Operation *here = op ? block.findAncestorOpInBlock(*op) : nullptr;
    if (!here || !found.insert(here).second)
      continue;
    here->walk([&](Operation *inner) {
      pending.append(inner->operand_begin(), inner->operand_end());
    });
  }
  return found;
}

void Builder::discard_since(Mark mark, Size kept) {
  Impl &i = *impl_;
  auto &block = *static_cast<mlir::Block *>(mark.block);
  llvm::DenseSet<Operation *> needed = sources(i, block, kept);
  SmallVector<Operation *> erased;
  for (Operation &op : llvm::reverse(block)) {
    if (&op == mark.last)
      break;
    if (!needed.contains(&op))
      erased.push_back(&op);
  }
  llvm::DenseSet<Value> symbols_erased;
  for (Operation *op : erased) {
    op->walk([&](Operation *inner) {
      if (isa<lf::DimOp, lf::ReadOp, lf::RankOp>(inner))
        symbols_erased.insert(inner->getResult(0));
      if (auto rank = dyn_cast<lf::RankOp>(inner))
        i.known_ranks.erase(rank.getBox());
    });
  }
  i.forget_contents_of(symbols_erased);
  for (Operation *op : erased) {
    i.forget(op);
    op->erase();
  }
}

void Builder::Impl::forget_contents_of(
    const llvm::DenseSet<Value> &symbol_definitions) {
  if (symbol_definitions.empty())
    return;
  SmallVector<Value> stale;
  for (const auto &[value, elements] : known_contents)
    for (const Size &element : elements)
      for (const Size &symbol : symbols(element))
        if (symbol_definitions.contains(m.symbol_values.lookup(symbol.str())))
          stale.push_back(value);
  for (Value value : stale)
    known_contents.erase(value);
}

} // namespace landfall::ir
