//===- window_taps.cpp - Extents of windows that are constants ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/describe/window_taps.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace landfall::ir {

namespace {

/// What a value is computed from within a block.
struct Slice {
  llvm::SmallSetVector<Operation *, 16> operations;
  llvm::SmallDenseSet<unsigned> arguments;

  Slice(Value value, mlir::Block &block) {
    llvm::SmallVector<Value, 16> left{value};
    while (!left.empty()) {
      Value next = left.pop_back_val();
      if (auto argument = dyn_cast<BlockArgument>(next)) {
        if (argument.getOwner() == &block)
          arguments.insert(argument.getArgNumber());
        continue;
      }
      Operation *op = next.getDefiningOp();
      if (op->getBlock() == &block && operations.insert(op))
        left.append(op->operand_begin(), op->operand_end());
    }
  }
};

} // namespace

llvm::SmallVector<Value> window_taps(Module::Impl &module, Operation *compute) {
  auto contract = dyn_cast<lf::ContractOp>(compute);
  if (!contract)
    return {};
  mlir::Block &block = contract.getFactors().front();
  unsigned loops = unsigned(contract.getDims().size());
  auto is_short = [&](unsigned argument) {
    Size extent = module.size_of(contract.getReduce()[argument - loops]);
    return extent.is_constant() &&
           *extent.constant() <= largest_kernel_constant;
  };
  llvm::SmallSetVector<Value, 4> taps;
  OperandRange factors = block.getTerminator()->getOperands();
  for (unsigned side : {0u, 1u}) {
    Slice other(factors[1 - side], block);
    for (Operation *op : Slice(factors[side], block).operations) {
      auto load = dyn_cast<lf::LoadOp>(op);
      if (!load)
        continue;
      for (Value index : load.getIndices()) {
        Slice moves(index, block);
        bool is_own = llvm::any_of(moves.arguments, [&](unsigned argument) {
          return argument < loops && !other.arguments.contains(argument);
        });
        for (unsigned argument : moves.arguments)
          if (is_own && argument >= loops && is_short(argument))
            taps.insert(block.getArgument(argument));
      }
    }
  }
  return taps.takeVector();
}

} // namespace landfall::ir
