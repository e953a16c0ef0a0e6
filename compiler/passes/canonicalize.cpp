//===- canonicalize.cpp - Folding, CSE and dead code elimination ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/canonicalize.h"

#include "compiler/passes/body_queries.h"
#include "compiler/passes/merge_equal.h"

#include "llvm/ADT/APInt.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

/// What an i64 operation with a literal operand is equal to, or null.
///   x + 0, 0 + x, x - 0, x * 1, 1 * x, x / 1  ->  x        x * 0  ->  0
Value neutral(lf::ScalarOp scalar) {
  if (scalar.getArgs().size() != 2 ||
      !scalar.getResult().getType().isSignlessInteger(64) ||
      !scalar.getArgs()[0].getType().isSignlessInteger(64))
    return {};
  Value a = scalar.getArgs()[0], b = scalar.getArgs()[1];
  auto la = literal_of(a), lb = literal_of(b);
  ScalarOp op = scalar.getOp();
  if (op == ScalarOp::add)
    return lb == 0 ? a : la == 0 ? b : Value();
  if (op == ScalarOp::sub)
    return lb == 0 ? a : Value();
  if (op == ScalarOp::mul) {
    if (la == 0 || lb == 1)
      return a;
    if (lb == 0 || la == 1)
      return b;
  }
  return op == ScalarOp::div && lb == 1 ? a : Value();
}

/// The i64 result of an operation on two literals.
std::optional<int64_t> folded(lf::ScalarOp scalar) {
  if (scalar.getArgs().size() != 2 ||
      !scalar.getResult().getType().isSignlessInteger(64))
    return std::nullopt;
  auto a = literal_of(scalar.getArgs()[0]), b = literal_of(scalar.getArgs()[1]);
  if (!a || !b)
    return std::nullopt;
  ScalarOp op = scalar.getOp();
  if (op == ScalarOp::add)
    return int64_t(uint64_t(*a) + uint64_t(*b));
  if (op == ScalarOp::sub)
    return int64_t(uint64_t(*a) - uint64_t(*b));
  if (op == ScalarOp::mul)
    return int64_t(uint64_t(*a) * uint64_t(*b));
  return std::nullopt;
}

/// select(literal, a, b), and select(c, x, x).
Value chosen(lf::ScalarOp op) {
  if (op.getOp() != ScalarOp::select)
    return {};
  if (op.getArgs()[1] == op.getArgs()[2])
    return op.getArgs()[1];
  auto condition = op.getArgs()[0].getDefiningOp<lf::LiteralOp>();
  if (!condition)
    return {};
  bool yes = !cast<IntegerAttr>(condition.getValue()).getValue().isZero();
  return op.getArgs()[yes ? 1 : 2];
}

/// The only element of a constant tensor of reals, as a literal; or null.
Value known_real(ir::Module::Impl &module, OpBuilder &builder, Value value) {
  auto load = value.getDefiningOp<lf::LoadOp>();
  auto type = dyn_cast<FloatType>(value.getType());
  const ConstantData *data =
      load && type ? module.constant_of(load.getTensor()) : nullptr;
  if (!data || data->bytes.data.size() * 8 != type.getWidth())
    return {};
  llvm::APInt bits(type.getWidth(), 0);
  llvm::LoadIntFromMemory(bits, data->bytes.data.data(),
                          unsigned(data->bytes.data.size()));
  llvm::APFloat real(type.getFloatSemantics(), bits);
  return lf::LiteralOp::create(builder, value.getLoc(), type,
                               builder.getFloatAttr(type, real));
}

/// Limits that are known become literals: a minimum or maximum with a number
/// that is no NaN is a comparison and a selection, others are done in both
/// orders and combined (lane_real.cpp). Layers rarely differ in
/// their limits, so that they still share their kernels.
void inline_limits(ir::Module::Impl &module) {
  module.module->walk([&](lf::ScalarOp op) {
    if (op.getOp() != ScalarOp::min && op.getOp() != ScalarOp::max)
      return;
    OpBuilder builder(op);
    for (OpOperand &operand : op->getOpOperands())
      if (Value literal = known_real(module, builder, operand.get()))
        operand.set(literal);
  });
}

void fold_scalars(ir::Module::Impl &module) {
  module.module->walk([&](lf::ScalarOp op) {
    Value same = neutral(op);
    if (!same)
      same = chosen(op);
    if (same) {
      op.getResult().replaceAllUsesWith(same);
      return;
    }
    if (auto number = folded(op)) {
      OpBuilder builder(op);
      op.getResult().replaceAllUsesWith(
          lf::LiteralOp::create(builder, op.getLoc(), builder.getI64Type(),
                                builder.getI64IntegerAttr(*number)));
    }
  });
}

/// Whether two tensors are known to have different numbers of elements.
bool differ_in_count(Value a, Value b) {
  auto x = cast<RankedTensorType>(a.getType());
  auto y = cast<RankedTensorType>(b.getType());
  return x.hasStaticShape() && y.hasStaticShape() &&
         x.getNumElements() != y.getNumElements();
}

/// reshape(reshape(x)) -> reshape(x); a reshape to the same shape -> x. Two
/// that contradict each other stay: what the run requires of the shape between
/// them fails.
void compose_reshapes(ir::Module::Impl &module) {
  module.module->walk([&](lf::ReshapeOp op) {
    while (auto inner = op.getTensor().getDefiningOp<lf::ReshapeOp>()) {
      if (differ_in_count(inner.getTensor(), op.getValue()))
        break;
      op.getTensorMutable().assign(inner.getTensor());
    }
    if (module.shape_of(op.getTensor()) == module.shape_of(op.getValue()) &&
        op.getTensor().getType() == op.getValue().getType())
      op.getValue().replaceAllUsesWith(op.getTensor());
  });
}

bool is_dead(Operation *op) {
  if (!op->use_empty() || op->hasTrait<OpTrait::IsTerminator>())
    return false;
  return isMemoryEffectFree(op) ||
         isa<lf::DimOp, lf::ReadOp, lf::RankOp, lf::RetypeOp, lf::IfOp,
             lf::GraphLoopOp, lf::BoxOp, lf::LoadOp>(op);
}

/// Erases dead operations. In reversed pre-order users come before what they
/// use and bodies before their owners, so one sweep finds whole dead chains.
void erase_dead(ir::Module::Impl &module) {
  SmallVector<Operation *> operations;
  module.module->walk<WalkOrder::PreOrder>(
      [&](Operation *op) { operations.push_back(op); });
  for (Operation *op : llvm::reverse(operations)) {
    bool structured = isa<lf::ForOp, lf::WhileOp, lf::BranchOp>(op);
    if (!is_dead(op) &&
        !(structured && wouldOpBeTriviallyDead(op) && op->use_empty()))
      continue;
    module.forget(op);
    op->erase();
  }
}

} // namespace

void canonicalize(ir::Module::Impl &module, const SkippedSteps &skipped) {
  if (!skipped.has("canonicalize")) {
    fold_scalars(module);
    inline_limits(module);
    compose_reshapes(module);
  }
  if (!skipped.has("merge_equal"))
    merge_equal(module);
  erase_dead(module); // Later steps rely on it.
}

} // namespace landfall::compiler
