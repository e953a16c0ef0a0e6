//===- control_flow.cpp - The facade: If and Loop ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "base/owned_constant.h"
#include "ir/box_facts.h"
#include "ir/joins.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

std::vector<Any>
Builder::if_else(Tensor condition,
                 const std::function<std::vector<Any>()> &then_body,
                 const std::function<std::vector<Any>()> &else_body) {
  Impl &i = *impl_;
  // A condition that the host can compute needs no kernel.
  auto known = contents(condition);
  Value decision = known && known->size() == 1 ? i.size_value((*known)[0])
                                               : value_of(condition);
  std::vector<BuiltGraph> branches;
  for (const auto *body : {&then_body, &else_body})
    branches.push_back(*build_graph(
        i, [&] { return std::optional<std::vector<Any>>((*body)()); }));
  Joined joined = join(branches);
  return join_graphs(i, decision, branches[0], branches[1], joined);
}

/// Whether the size can have no value but those of the alternatives.
static bool is_covered(Size selector,
                       std::span<const Builder::Alternative> alternatives) {
  SizeRange range = selector.range();
  constexpr int64_t widest = 64;
  if (range.low < 0 || range.high >= widest)
    return false;
  for (int64_t value = range.low; value <= range.high; ++value)
    if (std::ranges::find(alternatives, value, &Builder::Alternative::value) ==
        alternatives.end())
      return false;
  return true;
}

std::optional<std::vector<Any>> Builder::choose(
    Size selector, std::vector<Alternative> &alternatives,
    const std::string &otherwise,
    const std::function<std::optional<std::vector<Any>>(Alternative &)> &body) {
  Impl &i = *impl_;
  std::vector<BuiltGraph> graphs;
  std::vector<int64_t> values;
  for (Alternative &alternative : alternatives) {
    auto graph = build_graph(i, [&] { return body(alternative); });
    if (!graph)
      continue;
    graphs.push_back(std::move(*graph));
    values.push_back(alternative.value);
  }
  if (graphs.empty())
    return std::nullopt;
  Size is_listed = 0;
  for (const Alternative &alternative : alternatives) {
    is_listed = is_listed + equal(selector, alternative.value);
    if (!alternative.refusal.empty())
      require(1 - equal(selector, alternative.value), alternative.refusal);
  }
  if (!is_covered(selector, alternatives))
    require(is_listed, otherwise);
  if (graphs.size() == 1)
    return place_graph(i, std::move(graphs[0]));
  // From the last on: if first, else (if second, else (...)).
  Joined joined = join(graphs);
  BuiltGraph rest = std::move(graphs.back());
  for (size_t k = graphs.size() - 1; k-- > 1;)
    rest = *build_graph(i, [&] {
      Value here = i.size_value(equal(selector, values[k]));
      return std::optional(join_graphs(i, here, graphs[k], rest, joined));
    });
  Value first = i.size_value(equal(selector, values[0]));
  return join_graphs(i, first, graphs[0], rest, joined);
}

namespace {

/// A loop being built: rebuilt with wider carried types until its body yields
/// what it takes.
struct LoopAttempt {
  Builder &b;
  Builder::Impl &i;
  const std::function<Builder::LoopStep(const Builder::LoopState &)> &body;
  Joined carried; ///< What the body takes.

  /// Builds the body; returns the carried values that it yields.
  std::vector<Any> build(Region &region, size_t &collected) {
    SmallVector<Type> types(carried.types);
    types.insert(types.begin(), RankedTensorType::get({}, i.op.getI64Type()));
    std::vector<Any> next;
    i.fill(region, types, [&](mlir::Block::BlockArgListType arguments) {
      Builder::LoopStep step = body(state_of(arguments));
      if (step.carried.size() != carried.types.size())
        throw BuildError(ErrorCode::invalid_model,
                         "the body yields another number of carried values "
                         "than it takes");
      SmallVector<Value> yields;
      yields.push_back(value_of(step.proceed ? step.proceed : always()));
      for (const Any &any : step.carried)
        yields.push_back(value_of(any));
      for (Tensor tensor : step.collected)
        yields.push_back(value_of(tensor));
      collected = step.collected.size();
      next = step.carried;
      return yields;
    });
    return next;
  }

  Builder::LoopState state_of(mlir::Block::BlockArgListType arguments) {
    Builder::LoopState state;
    state.iteration = i.tensor(arguments[0]);
    for (auto [k, argument] : llvm::enumerate(arguments.drop_front())) {
      i.define_dims(argument, "carried");
      state.carried.push_back(with_facts(i.any(argument), carried.facts[k]));
    }
    return state;
  }

  Tensor always() {
    const uint8_t yes = 1;
    return b.constant(owned_constant(DType::boolean, {}, std::span(&yes, 1)));
  }
};

} // namespace

std::vector<Any>
Builder::loop(Tensor trip_count, Tensor condition, const std::vector<Any> &init,
              const std::function<LoopStep(const LoopState &)> &body) {
  Impl &i = *impl_;
  LoopAttempt attempt{*this, i, body, {}};
  for (const Any &any : init)
    attempt.carried.add(any);
  OwnedRegion region(nullptr, {&i});
  size_t collected = 0;
  // Terminates, as every iteration makes at least one more extent, rank, dtype
  // or kind unknown.
  while (true) {
    region.reset(new Region);
    std::vector<Any> yielded = attempt.build(*region, collected);
    if (!attempt.carried.widen(yielded))
      break;
  }
  const SmallVector<Type> &carried = attempt.carried.types;
  Operation *yield = region->front().getTerminator();
  retype_operands(i, yield, 1, carried);
  SmallVector<Value> start;
  for (auto [any, type] : llvm::zip(init, carried))
    start.push_back(retyped(i, value_of(any), type));
  SmallVector<Type> result_types(carried);
  for (size_t k = 0; k < collected; ++k) {
    auto type = cast<RankedTensorType>(
        yield->getOperand(1 + start.size() + k).getType());
    SmallVector<int64_t> extents(type.getShape());
    extents.insert(extents.begin(), ShapedType::kDynamic);
    result_types.push_back(
        RankedTensorType::get(extents, type.getElementType()));
  }
  auto loop = lf::GraphLoopOp::create(
      i.op, i.loc, result_types, trip_count ? value_of(trip_count) : Value(),
      condition ? value_of(condition) : Value(), start, collected);
  loop.getBody().takeBody(*region);
  std::vector<Any> results;
  for (auto [k, result] : llvm::enumerate(loop.getResults())) {
    i.define_dims(result, "loop");
    results.push_back(i.any(result));
    if (k < carried.size())
      results[k] = with_facts(results[k], attempt.carried.facts[k]);
  }
  return results;
}

} // namespace landfall::ir
