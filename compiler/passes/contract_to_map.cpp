//===- contract_to_map.cpp - Contractions without reuse -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/contract_to_map.h"

#include "compiler/passes/body_queries.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Size;
using Arguments = llvm::SmallDenseSet<unsigned>;

/// If an element of a factor is used by at most so many points, packing it for
/// reuse does not pay.
constexpr int64_t fewest_rows = 4;

/// With few steps of K, the factor that is read along the innermost loop has so
/// many elements at most: it is read again for every point of the other factor,
/// and stays in the first-level cache.
constexpr int64_t most_read_again = 4096;
/// The fewest points of the innermost loop, which has the lanes.
constexpr int64_t fewest_columns = 16;

/// Which loops the factors of a contraction are computed from.
class FactorLoops {
public:
  FactorLoops(lf::ContractOp contract, ir::Module::Impl &module)
      : contract_(contract), module_(module),
        block_(contract.getFactors().front()) {
    for (Value factor : block_.getTerminator()->getOperands())
      used_.push_back(arguments_below(factor, block_));
  }

  /// Whether both factors use a common result loop that is longer than 1.
  bool have_batch() {
    for (auto [k, dim] : llvm::enumerate(contract_.getDims()))
      if (used_[0].contains(k) && used_[1].contains(k) &&
          module_.size_of(dim) != Size(1))
        return true;
    return false;
  }

  /// The joint extent of the result loops that only this factor uses.
  Size rows(int factor) {
    Size points = 1;
    for (auto [k, dim] : llvm::enumerate(contract_.getDims()))
      if (used_[factor].contains(k) && !used_[1 - factor].contains(k))
        points = points * module_.size_of(dim);
    return points;
  }

  /// Whether every summed index longer than 1 is combined with a result loop in
  /// some index expression of this factor (h + kh).
  bool is_window(int factor) {
    unsigned loops = contract_.getDims().size();
    Arguments moving;
    for (Operation *op :
         slice_of(block_.getTerminator()->getOperand(factor), block_))
      if (auto load = dyn_cast<lf::LoadOp>(op))
        for (Value index : load.getIndices()) {
          Arguments mixed = arguments_below(index, block_);
          if (llvm::any_of(mixed, [&](unsigned k) { return k < loops; }))
            moving.insert(mixed.begin(), mixed.end());
        }
    for (auto [k, extent] : llvm::enumerate(contract_.getReduce()))
      if (module_.size_of(extent) != Size(1) && !moving.contains(loops + k))
        return false;
    return true;
  }

  bool uses(int factor, unsigned loop) { return used_[factor].contains(loop); }

  /// Whether all that this factor loads is contiguous along a loop.
  bool is_contiguous(int factor, unsigned loop) {
    Value along = block_.getArgument(loop);
    for (Operation *op :
         slice_of(block_.getTerminator()->getOperand(factor), block_)) {
      auto load = dyn_cast<lf::LoadOp>(op);
      if (!load)
        continue;
      if (load.getIndices().empty() || load.getIndices().back() != along)
        return false;
      for (Value index : load.getIndices().drop_back())
        if (arguments_below(index, block_).contains(loop))
          return false;
    }
    return true;
  }

private:
  lf::ContractOp contract_;
  ir::Module::Impl &module_;
  mlir::Block &block_;
  SmallVector<Arguments> used_;
};

/// The number of steps of K; nothing if it is not known.
std::optional<int64_t> steps_of(lf::ContractOp contract,
                                ir::Module::Impl &module) {
  Size steps = 1;
  for (Value extent : contract.getReduce())
    steps = steps * module.size_of(extent);
  return steps.constant();
}

/// Whether the contraction has few steps of K, and one factor is broadcast
/// along the innermost loop while a small other one is contiguous there.
bool has_few_steps(lf::ContractOp contract, ir::Module::Impl &module,
                   int64_t few_steps) {
  std::optional<int64_t> steps = steps_of(contract, module);
  Type type =
      contract.getFactors().front().getTerminator()->getOperand(0).getType();
  if (contract.getDims().empty() || !steps || *steps > few_steps ||
      few_steps == 0 || !isa<Float32Type, Float64Type>(type))
    return false;
  FactorLoops loops(contract, module);
  unsigned last = unsigned(contract.getDims().size()) - 1;
  int along = loops.uses(1, last) ? 1 : 0;
  return !loops.uses(1 - along, last) && loops.is_contiguous(along, last) &&
         known_ge(module.size_of(contract.getDims()[last]), fewest_columns) &&
         known_ge(most_read_again, loops.rows(along) * *steps);
}

/// Whether the contraction reuses few elements, and becomes a map.
bool shares_nothing(lf::ContractOp contract, ir::Module::Impl &module) {
  FactorLoops loops(contract, module);
  if (!loops.have_batch())
    return false;
  for (int factor : {0, 1})
    if (known_ge(fewest_rows, loops.rows(factor)) &&
        loops.is_window(1 - factor))
      return true;
  return false;
}

/// Writes the body of the map that a contraction becomes.
class MapWriter {
public:
  MapWriter(lf::ContractOp contract, ir::Module::Impl &module)
      : contract_(contract), module_(module), builder_(contract),
        loc_(contract.getLoc()), factors_(contract.getFactors().front()) {}

  lf::MapOp run() {
    auto map = lf::MapOp::create(builder_, loc_, contract_.getResultTypes(),
                                 contract_.getDims(), false);
    size_t rank = contract_.getDims().size();
    SmallVector<Type> types(rank, builder_.getI64Type());
    SmallVector<Location> locations(rank, loc_);
    mlir::Block *body =
        builder_.createBlock(&map.getBody(), {}, types, locations);
    mapping_.map(factors_.getArguments().take_front(rank),
                 body->getArguments());
    Type accumulator = factors_.getTerminator()->getOperand(0).getType();
    Value sum = summed(0, zero_literal(builder_, loc_, accumulator));
    mlir::Block &epilogue = contract_.getEpilogue().front();
    mapping_.map(epilogue.getArguments().drop_back(), body->getArguments());
    mapping_.map(epilogue.getArguments().back(), sum);
    for (Operation &op : epilogue)
      builder_.clone(op, mapping_);
    return map;
  }

private:
  /// `so_far` plus the products over the reduce indices from `depth` on.
  Value summed(size_t depth, Value so_far) {
    if (depth == contract_.getReduce().size())
      return added(so_far);
    Value low = zero_literal(builder_, loc_, builder_.getI64Type());
    auto loop = lf::ForOp::create(builder_, loc_, so_far.getType(), low,
                                  bound(depth), so_far);
    OpBuilder::InsertionGuard guard(builder_);
    mlir::Block *body = builder_.createBlock(
        &loop.getBody(), {}, {builder_.getI64Type(), so_far.getType()},
        {loc_, loc_});
    mapping_.map(factors_.getArgument(contract_.getDims().size() + depth),
                 body->getArgument(0));
    Value next = summed(depth + 1, body->getArgument(1));
    lf::YieldOp::create(builder_, loc_, next);
    return loop.getResult(0);
  }

  /// An extent, as the builder writes it in bodies.
  Value bound(size_t depth) {
    Value extent = contract_.getReduce()[depth];
    auto constant = module_.size_of(extent).constant();
    if (!constant || *constant > ir::largest_kernel_constant)
      return extent;
    return lf::LiteralOp::create(builder_, loc_, builder_.getI64Type(),
                                 builder_.getI64IntegerAttr(*constant));
  }

  Value added(Value so_far) {
    for (Operation &op : factors_.without_terminator())
      builder_.clone(op, mapping_);
    Operation *yield = factors_.getTerminator();
    Value product =
        binary(ScalarOp::mul, mapping_.lookupOrDefault(yield->getOperand(0)),
               mapping_.lookupOrDefault(yield->getOperand(1)));
    return binary(ScalarOp::add, so_far, product);
  }

  Value binary(ScalarOp op, Value a, Value b) {
    return lf::ScalarOp::create(builder_, loc_, a.getType(), op,
                                ValueRange{a, b});
  }

  lf::ContractOp contract_;
  ir::Module::Impl &module_;
  OpBuilder builder_;
  Location loc_;
  mlir::Block &factors_;
  IRMapping mapping_;
};

} // namespace

void contract_to_map(ir::Module::Impl &module, int64_t few_steps) {
  SmallVector<lf::ContractOp> contracts;
  module.module->walk([&](lf::ContractOp op) { contracts.push_back(op); });
  for (lf::ContractOp contract : contracts) {
    if (!shares_nothing(contract, module) &&
        !has_few_steps(contract, module, few_steps))
      continue;
    lf::MapOp map = MapWriter(contract, module).run();
    contract->replaceAllUsesWith(map->getResults());
    module.forget(contract);
    contract.erase();
  }
}

} // namespace landfall::compiler
