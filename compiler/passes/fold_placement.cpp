//===- fold_placement.cpp - Where folds run after fusion ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fold_placement.h"

#include "compiler/passes/body_queries.h"
#include "ir/describe/compute.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::is_inside;
using ir::Size;

/// A fold of so few constant steps is straight code: the taps of an
/// interpolation, the rows of a small matrix.
constexpr int64_t few_steps = 16;
/// Where elements share a fold, as those of a row do its sum, each would repeat
/// it: that is cheaper than a tensor between two kernels up to here only.
constexpr int64_t few_shared_steps = 2;

/// The most steps that the fold and those inside of it take together, if that
/// is known; else -1.
int64_t steps(lf::ForOp fold) {
  auto low = literal_of(fold.getLow()), high = literal_of(fold.getHigh());
  if (!low || !high || *high - *low > few_steps)
    return -1;
  int64_t inner = 1;
  fold.getBody().walk([&](Operation *op) {
    if (isa<lf::WhileOp>(op))
      inner = -1;
    if (auto other = dyn_cast<lf::ForOp>(op)) {
      int64_t more = steps(other);
      inner = inner < 0 || more < 0 ? -1 : std::max(inner, more);
    }
  });
  return inner < 0 ? -1 : std::max<int64_t>(*high - *low, 1) * inner;
}

bool is_longer(Operation *op, int64_t most) {
  if (isa<lf::WhileOp>(op))
    return true;
  auto fold = dyn_cast<lf::ForOp>(op);
  if (!fold)
    return false;
  int64_t known = steps(fold);
  return known < 0 || known > most;
}

/// The block arguments of a compute operation on which a value in its bodies
/// depends, with all that is used to compute it.
class Dependences {
public:
  explicit Dependences(Operation *compute) : compute_(compute) {}

  void add(Value value) {
    if (!is_inside(value, compute_))
      return;
    if (isa<BlockArgument>(value))
      found.insert(value);
    else
      add(value.getDefiningOp());
  }

  /// With what the operations in its regions use.
  void add(Operation *op) {
    if (!seen_.insert(op).second)
      return;
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (!is_inside(operand, op))
          add(operand);
    });
  }

  llvm::SmallDenseSet<Value> found;

private:
  Operation *compute_;
  llvm::SmallPtrSet<Operation *, 16> seen_;
};

/// Whether several elements of the map have the same operands there.
bool is_shared(Operation *op, lf::MapOp map, ir::Module::Impl &module) {
  Dependences within(map);
  within.add(op);
  for (auto [k, dim] : llvm::enumerate(space_of(map)))
    if (module.size_of(dim) != Size(1) &&
        !within.found.contains(map.getBody().getArgument(k)))
      return true;
  return false;
}

/// The operations directly in the map's body that are, or contain, long folds.
SmallVector<Operation *> long_folds(lf::MapOp map, ir::Module::Impl &module) {
  SmallVector<Operation *> found;
  for (Operation &op : map.getBody().front()) {
    if (op.getNumRegions() == 0)
      continue;
    int64_t most = is_shared(&op, map, module) ? few_shared_steps : few_steps;
    bool is_found = false;
    op.walk([&](Operation *inner) { is_found |= is_longer(inner, most); });
    if (is_found)
      found.push_back(&op);
  }
  return found;
}

/// A loop around a load: what counts in it, and the values that change in it.
struct Level {
  mlir::Block *block; ///< Its body.
  int argument;       ///< The number of its index there; -1: all are its own.
  bool is_single;     ///< It has one step.
};

/// The loops around a load, outermost first.
SmallVector<Level> levels_around(lf::LoadOp load, Operation *compute,
                                 ir::Module::Impl &module) {
  SmallVector<Level> folds;
  mlir::Block *block = load->getBlock();
  for (Operation *op = block->getParentOp(); op != compute;
       block = op->getBlock(), op = op->getParentOp())
    if (isa<lf::ForOp, lf::WhileOp>(op))
      folds.push_back({block, -1, false});
  SmallVector<Level> levels;
  for (auto [k, dim] : llvm::enumerate(space_of(compute)))
    levels.push_back({block, int(k), module.size_of(dim) == Size(1)});
  levels.append(folds.rbegin(), folds.rend());
  return levels;
}

bool depends_on(const Level &level, const llvm::SmallDenseSet<Value> &values) {
  for (BlockArgument argument : level.block->getArguments())
    if ((level.argument < 0 ||
         int(argument.getArgNumber()) == level.argument) &&
        values.contains(argument))
      return true;
  return false;
}

/// Whether an operation may run where its fold would not have run at all. A
/// load may then have nothing to read, where the extent is what the fold's
/// steps count.
bool may_run_early(Operation *op) {
  if (isa<lf::ScalarOp, lf::LiteralOp, lf::YieldOp, lf::SizeOp>(op))
    return true;
  if (auto load = dyn_cast<lf::LoadOp>(op)) {
    auto type = cast<RankedTensorType>(load.getTensor().getType());
    if (reads_buffer(load))
      return false;
    if (load.getGuard())
      return true;
    for (auto [index, extent] : llvm::zip(load.getIndices(), type.getShape()))
      if (!isa<BlockArgument>(index) && ShapedType::isDynamic(extent))
        return false;
    return true;
  }
  if (!isa<lf::ForOp, lf::BranchOp>(op))
    return false;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.front())
      if (!may_run_early(&inner))
        return false;
  return true;
}

void hoist_out_of(lf::ForOp fold) {
  mlir::Block &body = fold.getBody().front();
  auto is_invariant = [&](Operation *op) {
    bool outside = true;
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        outside &= is_inside(operand, op) || !is_inside(operand, fold);
    });
    return outside;
  };
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator())) {
    bool is_worth_it = isa<lf::ForOp, lf::ScalarOp, lf::LiteralOp>(op);
    if (is_worth_it && is_invariant(&op) && may_run_early(&op))
      op.moveBefore(fold);
  }
}

} // namespace

bool has_folds(lf::MapOp map, ir::Module::Impl &module) {
  return !long_folds(map, module).empty();
}

bool folds_run_once(lf::MapOp producer, lf::LoadOp load,
                    ir::Module::Impl &module) {
  Operation *compute = ir::compute_of(load);
  SmallVector<Level> levels = levels_around(load, compute, module);
  mlir::Block &body = producer.getBody().front();
  for (Operation *fold : long_folds(producer, module)) {
    Dependences within(producer), around(compute);
    within.add(fold);
    for (Value value : within.found)
      if (auto argument = cast<BlockArgument>(value);
          argument.getOwner() == &body)
        around.add(load.getIndices()[argument.getArgNumber()]);
    // Nothing leaves the epilogue of a contraction.
    bool is_needed_inside = isa<lf::ContractOp>(compute);
    for (const Level &level : llvm::reverse(levels)) {
      bool depends = depends_on(level, around.found);
      if (is_needed_inside && !depends && !level.is_single)
        return false;
      is_needed_inside |= depends;
    }
  }
  return true;
}

void hoist_folds(ir::Module::Impl &module) {
  SmallVector<lf::ForOp> folds;
  module.module->walk([&](lf::ForOp fold) {
    bool contains_one = false;
    fold.getBody().walk([&](lf::ForOp) { contains_one = true; });
    if (contains_one)
      folds.push_back(fold);
  });
  // Inner ones come first, and what leaves them may leave the outer ones too.
  for (lf::ForOp fold : folds)
    hoist_out_of(fold);
}

} // namespace landfall::compiler
