//===- memory_plan.cpp - Buffers in one arena ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower/memory_plan.h"

#include "ir/describe/compute.h"

#include <set>

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Shape;
using ir::Size;

class Planner {
public:
  Planner(ir::Module::Impl &module, bool share)
      : module_(module), share_(share) {}

  MemoryPlan run() {
    mlir::Block &block = module_.entry.getBody().front();
    number_operations(block);
    plan_block(block);
    return std::move(plan_);
  }

private:
  void number_operations(mlir::Block &block) {
    for (Operation &op : block) {
      order_[&op] = int(order_.size());
      if (auto loop = dyn_cast<lf::GraphLoopOp>(op))
        number_operations(loop.getBody().front());
    }
    for (Operation &op : block)
      for (Value result : op.getResults())
        last_use_[result] = last_use(result, block);
  }

  void plan_block(mlir::Block &block) {
    for (Operation &op : block) {
      if (ir::is_compute(&op)) {
        // In place if possible: an input whose last use this is gives its slot
        // to the result.
        for (Value result : op.getResults())
          if (is_plannable(result))
            assign(result, &op);
      } else if (auto loop = dyn_cast<lf::GraphLoopOp>(op)) {
        // What lives around the loop keeps its slots until after it.
        plan_block(loop.getBody().front());
      }
      release_after(order_[&op]);
    }
  }

  /// The last operation of the block that needs the value's bytes; reshapes are
  /// the same bytes.
  int last_use(Value value, mlir::Block &block) {
    int last =
        order_.lookup(block.findAncestorOpInBlock(*value.getDefiningOp()));
    for (Operation *user : value.getUsers()) {
      Operation *top = block.findAncestorOpInBlock(*user);
      last = std::max(last, order_.lookup(top));
      if (auto reshape = dyn_cast<lf::ReshapeOp>(user))
        last = std::max(last, last_use(reshape.getValue(), block));
    }
    return last;
  }

  /// Whether the bytes stay inside this graph: never an output, a boxed value
  /// or a value that control flow carries, which may outlive the slot.
  bool stays_inside(Value value) {
    for (Operation *user : value.getUsers()) {
      if (auto reshape = dyn_cast<lf::ReshapeOp>(user)) {
        if (!stays_inside(reshape.getValue()))
          return false;
      } else if (isa<lf::OutputOp, lf::GraphLoopOp, lf::BoxOp, lf::RetypeOp>(
                     user)) {
        return false;
      } else if (isa<lf::YieldOp>(user) &&
                 !ir::is_compute(user->getParentOp())) {
        return false;
      }
    }
    return true;
  }

  /// Extents must be known when the run starts: symbols of inputs only.
  bool is_plannable(Value value) {
    if (!stays_inside(value))
      return false;
    for (const Size &extent : module_.shape_of(value))
      for (const Size &symbol : symbols(extent)) {
        Value leaf = module_.symbol_values.lookup(symbol.str());
        auto dim = leaf.getDefiningOp<lf::DimOp>();
        if (!dim || !dim.getTensor().getDefiningOp<lf::InputOp>())
          return false;
      }
    return true;
  }

  Size bytes_of(Value value) {
    Size bytes =
        product(module_.shape_of(value)) * Size(size_of(lf::dtype_of(value)));
    return ceildiv(bytes, arena_alignment) * Size(arena_alignment);
  }

  /// The size at a nominal shape (every symbol 64), a heuristic for choosing
  /// slots.
  double estimate(Size size) {
    std::vector<double> value;
    for (const ir::SizeStep &step : steps(size)) {
      auto a = [&] { return value[step.a]; };
      auto b = [&] { return value[step.b]; };
      using StepOp = ir::SizeStep::Op;
      switch (step.op) {
      case StepOp::constant:
        value.push_back(double(step.constant));
        break;
      case StepOp::symbol:
        value.push_back(64);
        break;
      case StepOp::add:
        value.push_back(a() + b());
        break;
      case StepOp::mul:
        value.push_back(a() * b());
        break;
      case StepOp::floordiv:
        value.push_back(b() ? a() / b() : 0);
        break;
      case StepOp::mod:
        value.push_back(b() / 2);
        break;
      case StepOp::min:
        value.push_back(std::min(a(), b()));
        break;
      case StepOp::max:
        value.push_back(std::max(a(), b()));
        break;
      case StepOp::broadcast:
        value.push_back(std::max(a(), b()));
        break;
      case StepOp::equal:
      case StepOp::less:
        value.push_back(1);
        break;
      }
    }
    return value.back();
  }

  /// Whether `op` may write the result over this operand: an element-wise map
  /// that reads it at the very point it writes.
  bool can_overwrite(Operation *op, Value operand) {
    auto map = dyn_cast<lf::MapOp>(op);
    if (!map || map.getNumResults() != 1)
      return false;
    bool pointwise = true;
    map->walk([&](lf::LoadOp load) {
      if (load.getTensor() != operand)
        return;
      pointwise &= load->getParentOp() == op;
      for (auto [d, index] : llvm::enumerate(load.getIndices())) {
        auto argument = dyn_cast<BlockArgument>(index);
        pointwise &= argument && argument.getArgNumber() == d &&
                     argument.getOwner()->getParentOp() == op;
      }
    });
    return pointwise &&
           module_.shape_of(operand) == module_.shape_of(map.getResult(0));
  }

  void assign(Value result, Operation *op) {
    Size bytes = bytes_of(result);
    if (!share_) {
      plan_.slots.push_back({bytes});
      return take(result, plan_.slots.size() - 1);
    }
    if (auto slot = dying_operand_slot(op, result, bytes)) {
      take(result, *slot);
      return;
    }
    std::optional<unsigned> best;
    double wanted = estimate(bytes), best_waste = 0;
    for (unsigned slot : free_) {
      if (plan_.slots[slot].bytes == bytes) {
        best = slot;
        break;
      }
      double waste = std::abs(estimate(plan_.slots[slot].bytes) - wanted);
      if (!best || waste < best_waste) {
        best = slot;
        best_waste = waste;
      }
    }
    if (!best) {
      plan_.slots.push_back({bytes});
      take(result, plan_.slots.size() - 1);
      return;
    }
    llvm::erase(free_, *best);
    plan_.slots[*best].bytes = max(plan_.slots[*best].bytes, bytes);
    take(result, *best);
  }

  std::optional<unsigned> dying_operand_slot(Operation *op, Value result,
                                             Size bytes) {
    std::optional<unsigned> found;
    op->walk([&](lf::LoadOp load) {
      Value operand = load.getTensor();
      auto slot = plan_.slot_of.find(operand);
      if (found || slot == plan_.slot_of.end() ||
          last_use_.lookup(operand) != order_.lookup(op) ||
          bytes_of(operand) != bytes ||
          !owners_[slot->second].contains(operand))
        return;
      // An alias of the operand that the same operation reads would be
      // overwritten too.
      for (Operation *user : operand.getUsers())
        if (isa<lf::ReshapeOp>(user))
          return;
      if (lf::dtype_of(operand) == lf::dtype_of(result) &&
          can_overwrite(op, operand))
        found = slot->second;
    });
    if (found)
      owners_[*found].clear();
    return found;
  }

  void take(Value result, unsigned slot) {
    plan_.slot_of[result] = slot;
    owners_[slot].insert(result);
    dying_[last_use_.lookup(result)].push_back(result);
  }

  /// Frees the slots all of whose owners were used here last; in the order of
  /// the slots, so that plans are reproducible.
  void release_after(int position) {
    std::set<unsigned> touched;
    for (Value value : dying_[position]) {
      unsigned slot = plan_.slot_of.lookup(value);
      if (owners_[slot].erase(value))
        touched.insert(slot);
    }
    for (unsigned slot : touched)
      if (owners_[slot].empty())
        free_.push_back(slot);
    dying_.erase(position);
  }

  ir::Module::Impl &module_;
  bool share_;
  MemoryPlan plan_;
  llvm::DenseMap<Operation *, int> order_;
  llvm::DenseMap<Value, int> last_use_;
  /// Live tensors of each slot.
  llvm::DenseMap<unsigned, llvm::SmallDenseSet<Value>> owners_;
  /// Tensors in slots, by the operation that uses them last.
  llvm::DenseMap<int, std::vector<Value>> dying_;
  SmallVector<unsigned> free_;
};

} // namespace

MemoryPlan plan_memory(ir::Module::Impl &module, bool share) {
  return Planner(module, share).run();
}

} // namespace landfall::compiler
