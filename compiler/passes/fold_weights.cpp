//===- fold_weights.cpp - Weights that are dequantised --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/fold_weights.h"

#include "ir/fold_constants.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

void replace(ir::Module::Impl &module, Operation *op,
             std::vector<ConstantData> results) {
  OpBuilder builder(op);
  for (auto [value, data] : llvm::zip(op->getResults(), results)) {
    auto constant = lf::ConstantOp::create(
        builder, op->getLoc(), value.getType(),
        builder.getI64IntegerAttr(module.add_constant(std::move(data))));
    value.replaceAllUsesWith(constant.getValue());
  }
  module.forget(op);
  op->erase();
}

/// A constant with another shape; nullopt if the operand is none.
std::optional<ConstantData> reshaped(ir::Module::Impl &module,
                                     lf::ReshapeOp op) {
  const ConstantData *data = module.constant_of(op.getTensor());
  if (!data)
    return std::nullopt;
  ConstantData result = *data;
  result.dims.clear();
  for (const ir::Size &size : module.shape_of(op.getValue())) {
    if (!size.is_constant())
      return std::nullopt;
    result.dims.push_back(*size.constant());
  }
  return result;
}

} // namespace

void fold_weights(ir::Module::Impl &module) {
  // Of what is folded, readers follow in order.
  llvm::SmallPtrSet<Operation *, 8> reached;
  SmallVector<Operation *> candidates;
  module.module->walk([&](Operation *op) {
    bool follows = llvm::any_of(op->getOperands(), [&](Value operand) {
      return reached.contains(operand.getDefiningOp());
    });
    op->walk([&](lf::LoadOp load) {
      follows |= reached.contains(load.getTensor().getDefiningOp());
    });
    bool starts = isa<lf::MapOp>(op) && ir::dequantises_weights(module, op);
    if (starts || (follows && isa<lf::MapOp, lf::ReshapeOp>(op))) {
      reached.insert(op);
      candidates.push_back(op);
    }
  });
  for (Operation *op : candidates) {
    if (auto reshape = dyn_cast<lf::ReshapeOp>(op)) {
      if (auto data = reshaped(module, reshape))
        replace(module, op, {*data});
    } else if (auto results = ir::fold_constants(module, op)) {
      replace(module, op, std::move(*results));
    }
  }
}

} // namespace landfall::compiler
