//===- channel_movers.cpp - Whose channels become innermost ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/channel_movers.h"

#include "compiler/passes/body_queries.h"

#include <algorithm>
#include <memory>
#include <optional>

using namespace mlir;

namespace landfall::compiler {

Operation *compute_of(Operation *op) {
  while (op && !isa<lf::MapOp, lf::ContractOp, lf::ParallelOp>(op))
    op = op->getParentOp();
  return op;
}

bool add_loop_indices(Value index, LoopIndices &found) {
  SmallVector<Value> pending = {index};
  llvm::SmallPtrSet<Operation *, 8> seen; // What is shared is walked once.
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op)
      found.insert(value);
    else if (isa<lf::ScalarOp>(op)) {
      if (seen.insert(op).second)
        pending.append(op->operand_begin(), op->operand_end());
    } else if (!isa<lf::LiteralOp, lf::SizeOp, lf::DimOp, lf::ReadOp,
                    lf::RankOp>(op))
      return false;
  }
  return true;
}

namespace {

bool is_byte(Type type) { return type.isInteger(8); }

/// The one loop's index that dimension `dim` of a load is computed from, if no
/// other dimension is computed from it.
Value own_index(lf::LoadOp load, unsigned dim) {
  LoopIndices own;
  if (!add_loop_indices(load.getIndices()[dim], own) || own.size() != 1)
    return {};
  for (auto [d, index] : llvm::enumerate(load.getIndices())) {
    LoopIndices others;
    if (d != dim &&
        (!add_loop_indices(index, others) || others.contains(*own.begin())))
      return {};
  }
  return *own.begin();
}

/// The largest windows of weights whose sums have channels in the lanes.
constexpr int64_t most_taps = 49;
constexpr size_t most_dims = 4;

/// Whether a map sums products with weights, as depthwise convolutions do.
bool has_weights(Operation *op, ir::Module::Impl &module) {
  bool found = false;
  op->walk([&](lf::LoadOp load) {
    found |= isa<lf::ForOp>(load->getParentOp()) &&
             !load.getIndices().empty() && module.constant_of(load.getTensor());
  });
  return found;
}

/// Whether an operation reads what has moved, other than an image, along its
/// channels only if it moves, too.
bool needs_to_move(Operation *op, ir::Module::Impl &module) {
  return isa<lf::ContractOp>(op) || has_weights(op, module);
}

/// Whether such a map has windows of few taps.
bool has_small_windows(Operation *op) {
  int64_t taps = 1;
  op->walk([&](lf::ForOp loop) {
    auto low = literal_of(loop.getLow()), high = literal_of(loop.getHigh());
    taps = low && high && taps <= most_taps
               ? taps * std::max<int64_t>(*high - *low, 1)
               : most_taps + 1;
  });
  return taps <= most_taps && space_of(op).size() <= most_dims;
}

class Choice {
public:
  Choice(ir::Module::Impl &module, int64_t fewest_channels)
      : module_(module), fewest_(fewest_channels) {}

  /// The operations that move, in order.
  std::vector<ChannelMover> movers();

private:
  void add(Operation *op);
  std::optional<unsigned> channel_of_product(lf::ContractOp contract);
  std::optional<unsigned> channel_of_map(lf::MapOp map,
                                         ArrayRef<lf::LoadOp> loads);
  ChannelMover *mover_of(Value tensor);
  ChannelMover *mover_at(Operation *op);
  Value channel_index(const ChannelMover &mover, lf::LoadOp load);
  bool is_image(lf::LoadOp load);
  bool reads_well(const ChannelMover &mover, lf::LoadOp load);
  bool is_read_well(const ChannelMover &mover);
  bool is_of_use(const ChannelMover &mover);
  bool may_move(const ChannelMover &mover);

  ir::Module::Impl &module_;
  int64_t fewest_;
  std::vector<std::unique_ptr<ChannelMover>> all_;
  llvm::DenseMap<Operation *, ChannelMover *> by_op_;
};

/// The weights' own loop, if this is a product of bytes with constant weights.
std::optional<unsigned> Choice::channel_of_product(lf::ContractOp contract) {
  mlir::Block &block = contract.getFactors().front();
  auto factors = block.getTerminator()->getOperands();
  if (!factors[0].getType().isInteger(32))
    return std::nullopt;
  for (unsigned mine : {0u, 1u}) {
    bool is_constant = true, are_bytes = true;
    for (unsigned side : {0u, 1u})
      for (Operation *op : slice_of(factors[side], block))
        if (auto load = dyn_cast<lf::LoadOp>(op)) {
          bool is_known = module_.constant_of(load.getTensor()) != nullptr;
          is_constant &= side != mine || is_known;
          are_bytes &= is_known || is_byte(load.getValue().getType());
        }
    if (!is_constant || !are_bytes)
      continue;
    auto own = arguments_below(factors[mine], block);
    auto others = arguments_below(factors[1 - mine], block);
    std::optional<unsigned> channel;
    for (unsigned loop = 0; loop < contract.getDims().size(); ++loop)
      if (own.contains(loop) && !others.contains(loop)) {
        if (channel)
          return std::nullopt;
        channel = loop;
      }
    return channel;
  }
  return std::nullopt;
}

/// The loop along which all that may have moved is read along its channels.
std::optional<unsigned> Choice::channel_of_map(lf::MapOp map,
                                               ArrayRef<lf::LoadOp> loads) {
  std::optional<unsigned> channel;
  for (lf::LoadOp load : loads) {
    ChannelMover *writer = mover_of(load.getTensor());
    if (!writer)
      continue;
    Value along = own_index(load, writer->channel);
    int loop = along ? loop_number(along, map) : -1;
    if (loop < 0 || (channel && *channel != unsigned(loop)))
      return std::nullopt;
    channel = loop;
  }
  return channel;
}

bool has_bytes(Value tensor) {
  return is_byte(cast<RankedTensorType>(tensor.getType()).getElementType());
}

/// Whether kernels alone read the results, which are bytes, but for sums that
/// what moves may go on with.
bool may_have_results(Operation *op) {
  return llvm::all_of(op->getResults(), [&](Value result) {
    return (has_bytes(result) || isa<lf::ContractOp>(op)) &&
           llvm::all_of(result.getUsers(),
                        [](Operation *user) { return isa<lf::LoadOp>(user); });
  });
}

void Choice::add(Operation *op) {
  if (!may_have_results(op) ||
      (has_weights(op, module_) && !has_small_windows(op)))
    return;
  SmallVector<lf::LoadOp> loads;
  op->walk([&](lf::LoadOp load) { loads.push_back(load); });
  auto map = dyn_cast<lf::MapOp>(op);
  std::optional<unsigned> channel =
      map ? channel_of_map(map, loads)
          : channel_of_product(cast<lf::ContractOp>(op));
  if (!channel ||
      module_.size_of(space_of(op)[*channel]).constant().value_or(fewest_) <
          fewest_)
    return;
  all_.push_back(std::make_unique<ChannelMover>(
      ChannelMover{op, *channel, true, std::move(loads)}));
  by_op_[op] = all_.back().get();
}

ChannelMover *Choice::mover_at(Operation *op) {
  ChannelMover *mover = op ? by_op_.lookup(op) : nullptr;
  return mover && mover->moves ? mover : nullptr;
}
ChannelMover *Choice::mover_of(Value tensor) {
  return mover_at(tensor.getDefiningOp());
}

/// Whether a load is what a contraction multiplies.
bool Choice::is_image(lf::LoadOp load) {
  auto contract = dyn_cast<lf::ContractOp>(compute_of(load));
  return contract && contract.getFactors().isAncestor(load->getParentRegion());
}

/// The index along the channels of the operation that the load is in.
Value Choice::channel_index(const ChannelMover &mover, lf::LoadOp load) {
  Region *region = load->getParentRegion();
  while (region->getParentOp() != mover.op)
    region = region->getParentRegion();
  return region->getArgument(mover.channel);
}

/// Whether a load in an operation that moves reads along the channels. What has
/// not moved must not depend on the channels but in its last dimensions, unless
/// it is a constant, which is stored in another order.
bool Choice::reads_well(const ChannelMover &mover, lf::LoadOp load) {
  if (is_image(load))
    return true;
  Value along = channel_index(mover, load);
  if (ChannelMover *writer = mover_of(load.getTensor()))
    return own_index(load, writer->channel) == along;
  if (module_.constant_of(load.getTensor()))
    return true;
  bool is_behind = false;
  for (Value index : load.getIndices()) {
    LoopIndices found;
    if (!add_loop_indices(index, found))
      return false;
    if (is_behind && !found.empty())
      return false;
    is_behind |= found.contains(along);
  }
  return true;
}

/// Whether the readers of the results take them with their channels innermost.
bool Choice::is_read_well(const ChannelMover &mover) {
  for (Value result : mover.op->getResults())
    for (lf::LoadOp load : loads_of(result)) {
      Operation *reader = compute_of(load);
      Value along = own_index(load, mover.channel);
      if (!along || isa<lf::ParallelOp>(reader))
        return false;
      if (is_image(load) ? loop_number(along, reader) >= 0 ||
                               !channel_of_product(cast<lf::ContractOp>(reader))
                         : needs_to_move(reader, module_) && !mover_at(reader))
        return false;
    }
  return true;
}

/// Whether something else moves that reads a result, or that is read; bytes
/// are of use to others, too.
bool Choice::is_of_use(const ChannelMover &mover) {
  bool is_read = false, are_bytes = true;
  for (Value result : mover.op->getResults()) {
    are_bytes &= has_bytes(result);
    for (lf::LoadOp load : loads_of(result))
      is_read |= mover_at(compute_of(load)) != nullptr;
  }
  return is_read ||
         (are_bytes && llvm::any_of(mover.loads, [&](lf::LoadOp load) {
            return mover_of(load.getTensor()) != nullptr;
          }));
}

bool Choice::may_move(const ChannelMover &mover) {
  return is_read_well(mover) &&
         llvm::all_of(
             mover.loads,
             [&](lf::LoadOp load) { return reads_well(mover, load); }) &&
         is_of_use(mover);
}

std::vector<ChannelMover> Choice::movers() {
  module_.module->walk([&](Operation *op) {
    if (isa<lf::MapOp, lf::ContractOp>(op))
      add(op);
  });
  // What stays makes others stay, before it and behind: chains of these are
  // short if they are followed both ways.
  bool changed = true;
  auto visit = [&](ChannelMover &mover) {
    if (mover.moves && !may_move(mover)) {
      mover.moves = false;
      changed = true;
    }
  };
  while (changed) {
    changed = false;
    for (auto &mover : all_)
      visit(*mover);
    for (auto &mover : llvm::reverse(all_))
      visit(*mover);
  }
  std::vector<ChannelMover> moving;
  for (auto &mover : all_)
    if (mover->moves)
      moving.push_back(*mover);
  return moving;
}

} // namespace

std::vector<ChannelMover> channel_movers(ir::Module::Impl &module,
                                         int64_t fewest_channels) {
  return Choice(module, fewest_channels).movers();
}

} // namespace landfall::compiler
