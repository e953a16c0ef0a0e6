//===- channels_innermost.cpp - Tensors of bytes, channels last -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/channels_innermost.h"

#include "compiler/passes/body_queries.h"
#include "compiler/passes/channel_movers.h"
#include "compiler/passes/lay_out_constants.h"
#include "compiler/passes/replace_constants.h"

#include <algorithm>
#include <optional>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// `values` with the one at `from` behind the first `count`.
template <typename Values>
auto moved_last(const Values &values, unsigned from, unsigned count) {
  llvm::SmallVector<std::decay_t<decltype(*values.begin())>> result(
      values.begin(), values.end());
  std::rotate(result.begin() + from, result.begin() + from + 1,
              result.begin() + count);
  return result;
}

/// Makes argument `from` of a block the last of the first `count`.
void move_argument(mlir::Block &block, unsigned from, unsigned count) {
  BlockArgument old = block.getArgument(from);
  BlockArgument moved =
      block.insertArgument(count, old.getType(), old.getLoc());
  old.replaceAllUsesWith(moved);
  block.eraseArgument(from);
}

void move(const ChannelMover &mover, ir::Module::Impl &module) {
  unsigned rank = unsigned(space_of(mover.op).size());
  auto dims = moved_last(space_of(mover.op), mover.channel, rank);
  if (auto map = dyn_cast<lf::MapOp>(mover.op))
    map.getDimsMutable().assign(dims);
  else
    cast<lf::ContractOp>(mover.op).getDimsMutable().assign(dims);
  for (Region &region : mover.op->getRegions())
    move_argument(region.front(), mover.channel, rank);
  for (Value result : mover.op->getResults()) {
    for (lf::LoadOp load : loads_of(result))
      load.getIndicesMutable().assign(
          moved_last(load.getIndices(), mover.channel, rank));
    auto type = cast<RankedTensorType>(result.getType());
    result.setType(
        type.clone(moved_last(type.getShape(), mover.channel, rank)));
    module.shapes.erase(result); // It follows from the loops.
  }
}

/// Makes the loop over the channels of what has moved the innermost one that a
/// product sums over: steps of K then follow each other in memory.
void sum_channels_last(lf::ContractOp contract,
                       const llvm::SmallDenseSet<Operation *> &moved) {
  mlir::Block &block = contract.getFactors().front();
  for (lf::LoadOp load : block.getOps<lf::LoadOp>()) {
    if (!moved.contains(load.getTensor().getDefiningOp()))
      continue;
    LoopIndices channel;
    (void)add_loop_indices(load.getIndices().back(), channel);
    unsigned number = cast<BlockArgument>(*channel.begin()).getArgNumber();
    auto dims = unsigned(contract.getDims().size());
    auto count = unsigned(contract.getReduce().size());
    contract.getReduceMutable().assign(
        moved_last(contract.getReduce(), number - dims, count));
    return move_argument(block, number, dims + count);
  }
}

/// The dimension of a constant that the channels of the maps among `moved`
/// index, if these alone read it.
std::optional<unsigned>
channel_dimension(lf::ConstantOp constant,
                  const llvm::SmallDenseSet<Operation *> &moved) {
  std::optional<unsigned> common;
  for (Operation *user : constant.getValue().getUsers()) {
    auto load = dyn_cast<lf::LoadOp>(user);
    Operation *map = load ? compute_of(load) : nullptr;
    if (!map || !isa<lf::MapOp>(map) || !moved.contains(map))
      return std::nullopt;
    Value channel = map->getRegion(0).getArguments().back();
    auto indices = load.getIndices();
    auto dim = unsigned(llvm::find(indices, channel) - indices.begin());
    if (dim == indices.size() || (common && *common != dim))
      return std::nullopt;
    common = dim;
  }
  return common;
}

} // namespace

void channels_innermost(ir::Module::Impl &module, int64_t fewest_channels) {
  llvm::SmallDenseSet<Operation *> moved;
  for (const ChannelMover &mover : channel_movers(module, fewest_channels)) {
    move(mover, module);
    moved.insert(mover.op);
  }
  module.module->walk([&](lf::ContractOp op) { sum_channels_last(op, moved); });
  replace_constants(module, [&](lf::ConstantOp constant) {
    std::optional<unsigned> dim = channel_dimension(constant, moved);
    auto rank = unsigned(
        cast<RankedTensorType>(constant.getValue().getType()).getRank());
    if (!dim || *dim + 1 == rank)
      return false;
    reorder_constant(constant,
                     moved_last(llvm::to_vector(llvm::seq(rank)), *dim, rank),
                     module);
    return true;
  });
}

} // namespace landfall::compiler
