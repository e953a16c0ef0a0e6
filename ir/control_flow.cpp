//===- control_flow.cpp - The facade: If and Loop ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "base/owned_constant.h"
#include "ir/builder_impl.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

/// The type that can hold both: extents that differ become dynamic. Throws if
/// dtypes or ranks differ.
static Type join(Builder::Impl &i, Value a, Value b, const char *what) {
  if (a.getType() == b.getType() && !isa<RankedTensorType>(a.getType()))
    return a.getType();
  auto ta = dyn_cast<RankedTensorType>(a.getType());
  auto tb = dyn_cast<RankedTensorType>(b.getType());
  if (!ta || !tb || ta.getElementType() != tb.getElementType() ||
      ta.getRank() != tb.getRank()) {
    std::string text;
    llvm::raw_string_ostream out(text);
    out << what << " have types " << a.getType() << " and " << b.getType()
        << ", which differ in dtype or rank; this is not supported yet";
    throw BuildError(ErrorCode::unsupported, text);
  }
  const Shape sa = i.m.shape_of(a), sb = i.m.shape_of(b);
  SmallVector<int64_t> extents;
  for (auto [x, y] : llvm::zip(sa, sb))
    extents.push_back(x == y && x.is_constant() ? *x.constant()
                                                : ShapedType::kDynamic);
  return RankedTensorType::get(extents, ta.getElementType());
}

std::vector<Any>
Builder::if_else(Tensor condition,
                 const std::function<std::vector<Any>()> &then_body,
                 const std::function<std::vector<Any>()> &else_body) {
  Impl &i = *impl_;
  OperationState state(i.loc, lf::IfOp::getOperationName());
  state.addOperands(value_of(condition));
  std::vector<SmallVector<Value>> yielded;
  for (const auto *body : {&then_body, &else_body})
    i.fill(*state.addRegion(), {}, [&](mlir::Block::BlockArgListType) {
      SmallVector<Value> values;
      for (const Any &any : (*body)())
        values.push_back(value_of(any));
      yielded.push_back(values);
      return values;
    });
  if (yielded[0].size() != yielded[1].size())
    throw BuildError(ErrorCode::invalid_model,
                     fmt::format("the branches have {} and {} outputs",
                                 yielded[0].size(), yielded[1].size()));
  for (auto [a, b] : llvm::zip(yielded[0], yielded[1]))
    state.addTypes(join(i, a, b, "the outputs of the two branches"));
  Operation *op = i.op.create(state);
  std::vector<Any> results;
  for (Value result : op->getResults()) {
    i.define_dims(result, "branch");
    results.push_back(i.any(result));
  }
  return results;
}

namespace {

/// A loop being built: rebuilt with wider carried types until its body yields
/// what it takes.
struct LoopAttempt {
  Builder &b;
  Builder::Impl &i;
  const std::function<Builder::LoopStep(const Builder::LoopState &)> &body;
  SmallVector<Type> carried_types;

  /// Builds the body; returns the operation state and the yielded values.
  SmallVector<Value> build(Region &region, size_t &collected) {
    SmallVector<Type> types(carried_types);
    types.insert(types.begin(), RankedTensorType::get({}, i.op.getI64Type()));
    SmallVector<Value> carried;
    i.fill(region, types, [&](mlir::Block::BlockArgListType arguments) {
      Builder::LoopState state;
      state.iteration = i.tensor(arguments[0]);
      for (Value argument : arguments.drop_front()) {
        i.define_dims(argument, "carried");
        state.carried.push_back(i.any(argument));
      }
      Builder::LoopStep step = body(state);
      if (step.carried.size() != carried_types.size())
        throw BuildError(ErrorCode::invalid_model,
                         "the body yields another number of carried values "
                         "than it takes");
      SmallVector<Value> yields;
      yields.push_back(value_of(step.proceed ? step.proceed : always()));
      for (const Any &any : step.carried)
        carried.push_back(value_of(any));
      yields.append(carried);
      for (Tensor tensor : step.collected)
        yields.push_back(value_of(tensor));
      collected = step.collected.size();
      return yields;
    });
    return carried;
  }

  Tensor always() {
    const uint8_t yes = 1;
    return b.constant(owned_constant(DType::boolean, {}, std::span(&yes, 1)));
  }

  /// Widens the carried types by what the body yields; true if any changed.
  bool widen(ArrayRef<Value> before, ArrayRef<Value> yielded) {
    bool changed = false;
    for (auto [k, value] : llvm::enumerate(yielded)) {
      Type joined = join(i, before[k], value,
                         "a carried value before and "
                         "after an iteration");
      changed |= joined != carried_types[k];
      carried_types[k] = joined;
    }
    return changed;
  }
};

} // namespace

std::vector<Any>
Builder::loop(Tensor trip_count, Tensor condition, const std::vector<Any> &init,
              const std::function<LoopStep(const LoopState &)> &body) {
  Impl &i = *impl_;
  SmallVector<Value> start;
  for (const Any &any : init)
    start.push_back(value_of(any));
  LoopAttempt attempt{*this, i, body,
                      SmallVector<Type>(ValueRange(start).getTypes())};
  std::unique_ptr<Region> region;
  size_t collected = 0;
  // Terminates, as every iteration makes at least one more extent dynamic.
  while (true) {
    region = std::make_unique<Region>();
    SmallVector<Value> yielded = attempt.build(*region, collected);
    SmallVector<Value> taken(ValueRange(region->getArguments().drop_front()));
    if (!attempt.widen(taken, yielded))
      break;
    i.forget(*region);
  }
  Operation *yield = region->front().getTerminator();
  SmallVector<Type> result_types(attempt.carried_types);
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
  for (Value result : loop.getResults()) {
    i.define_dims(result, "loop");
    results.push_back(i.any(result));
  }
  return results;
}

std::vector<Any> Builder::box(BoxFunction function,
                              std::span<const Any> arguments,
                              std::span<const SignatureValue> results,
                              std::span<const int64_t> extra) {
  Impl &i = *impl_;
  SmallVector<Value> operands;
  for (const Any &argument : arguments)
    operands.push_back(value_of(argument));
  SmallVector<Type> types;
  for (const SignatureValue &result : results) {
    if (result.kind != ValueKind::tensor) {
      types.push_back(lf::BoxType::get(&i.m.context));
      continue;
    }
    SmallVector<int64_t> extents;
    for (const SignatureDim &dim : result.dims)
      extents.push_back(dim.fixed >= 0 ? dim.fixed : ShapedType::kDynamic);
    types.push_back(RankedTensorType::get(
        extents, lf::to_mlir(result.dtype, &i.m.context)));
  }
  auto op =
      lf::BoxOp::create(i.op, i.loc, types, operands, int64_t(function),
                        llvm::ArrayRef<int64_t>(extra.data(), extra.size()));
  std::vector<Any> values;
  for (Value result : op.getResults()) {
    i.define_dims(result, "boxed");
    values.push_back(i.any(result));
  }
  return values;
}

} // namespace landfall::ir
