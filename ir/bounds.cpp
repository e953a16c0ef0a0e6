//===- bounds.cpp - Indices that must lie inside a tensor -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/bounds.h"
#include "ir/size/size_node.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

namespace {

using Range = std::optional<IndexRange>;

/// Follows an index back to loops and sizes. The work is bounded: shared
/// expressions are followed once a use.
class RangeFinder {
public:
  explicit RangeFinder(Builder::Impl &impl) : impl_(impl) {}

  Range find(Value value) {
    if (++steps_ > 64)
      return std::nullopt;
    if (auto argument = dyn_cast<BlockArgument>(value))
      return of_argument(argument);
    Operation *op = value.getDefiningOp();
    if (isa<lf::SizeOp, lf::DimOp, lf::ReadOp, lf::RankOp>(op))
      return exact(impl_.m.size_of(value));
    if (auto literal = dyn_cast<lf::LiteralOp>(op)) {
      auto integer = dyn_cast<IntegerAttr>(literal.getValue());
      return integer ? exact(integer.getInt()) : Range();
    }
    if (auto scalar = dyn_cast<lf::ScalarOp>(op))
      return of_scalar(scalar);
    return std::nullopt;
  }

private:
  static Range exact(Size size) { return IndexRange{size, size}; }
  static Range up_to(Size extent) { return IndexRange{0, extent - Size(1)}; }
  Range of_argument(BlockArgument argument);
  Range of_scalar(lf::ScalarOp scalar);
  static Range times(const IndexRange &a, const IndexRange &b);

  Builder::Impl &impl_;
  int steps_ = 0;
};

Range RangeFinder::of_argument(BlockArgument argument) {
  Operation *owner = argument.getOwner()->getParentOp();
  unsigned number = argument.getArgNumber();
  auto within = [&](ValueRange extents) -> Range {
    if (number >= extents.size())
      return std::nullopt;
    return up_to(impl_.m.size_of(extents[number]));
  };
  if (auto map = dyn_cast<lf::MapOp>(owner))
    return within(map.getDims());
  if (auto loops = dyn_cast<lf::ParallelOp>(owner))
    return within(loops.getParallel());
  if (auto contract = dyn_cast<lf::ContractOp>(owner)) {
    size_t rank = contract.getDims().size();
    if (number < rank)
      return within(contract.getDims());
    if (argument.getOwner()->getParent() != &contract.getFactors())
      return std::nullopt;
    number -= rank;
    return within(contract.getReduce());
  }
  auto fold = dyn_cast<lf::ForOp>(owner);
  if (!fold || number != 0)
    return std::nullopt;
  Range low = find(fold.getLow()), high = find(fold.getHigh());
  if (!low || !high)
    return std::nullopt;
  return IndexRange{low->low, high->high - Size(1)};
}

/// The product of two ranges; unknown unless both are provably non-negative.
Range RangeFinder::times(const IndexRange &a, const IndexRange &b) {
  if (known_ge(a.low, 0) && known_ge(b.low, 0))
    return IndexRange{a.low * b.low, a.high * b.high};
  return std::nullopt;
}

Range RangeFinder::of_scalar(lf::ScalarOp scalar) {
  if (!scalar.getResult().getType().isInteger(64))
    return std::nullopt;
  ScalarOp op = scalar.getOp();
  auto args = scalar.getArgs();
  if (op == ScalarOp::select) {
    Range a = find(args[1]), b = find(args[2]);
    if (!a || !b)
      return std::nullopt;
    return IndexRange{min(a->low, b->low), max(a->high, b->high)};
  }
  if (args.size() != 2)
    return std::nullopt;
  Range a = find(args[0]);
  Range b = a ? find(args[1]) : Range();
  if (!a || !b)
    return std::nullopt;
  if (op == ScalarOp::add)
    return IndexRange{a->low + b->low, a->high + b->high};
  if (op == ScalarOp::sub)
    return IndexRange{a->low - b->high, a->high - b->low};
  if (op == ScalarOp::mul)
    return times(*a, *b);
  if (op == ScalarOp::min)
    return IndexRange{min(a->low, b->low), min(a->high, b->high)};
  if (op == ScalarOp::max)
    return IndexRange{max(a->low, b->low), max(a->high, b->high)};
  bool divides = known_ge(a->low, 0) && b->low == b->high;
  if (divides && op == ScalarOp::mod && known_ge(b->low, 1))
    return IndexRange{0, b->low - Size(1)};
  if (divides && op == ScalarOp::div && known_ge(b->low, 1))
    return IndexRange{0, floordiv(a->high, b->low)};
  return std::nullopt;
}

/// Whether the access is conditional: in a `while`, or in a `branch`, whose
/// region has no parent while it is built.
bool is_conditional(Builder::Impl &impl) {
  Operation *op = impl.op.getInsertionBlock()->getParentOp();
  while (op && op != impl.enclosing && !isa<lf::WhileOp>(op))
    op = op->getParentOp();
  return op != impl.enclosing;
}

/// The indices of loops that a scalar is computed from. Bounded like the
/// ranges: false if it is too large to tell.
bool collect_arguments(Value value, llvm::SmallDenseSet<Value> &arguments,
                       int &steps) {
  if (++steps > 256)
    return false;
  if (isa<BlockArgument>(value)) {
    arguments.insert(value);
    return true;
  }
  auto scalar = value.getDefiningOp<lf::ScalarOp>();
  if (!scalar) // A load or a fold may depend on anything.
    return isa<lf::LiteralOp, lf::SizeOp, lf::DimOp, lf::ReadOp, lf::RankOp>(
        value.getDefiningOp());
  return llvm::all_of(scalar.getArgs(), [&](Value argument) {
    return collect_arguments(argument, arguments, steps);
  });
}

/// Whether the guard may depend on the same loop indices as the index.
bool looks_at(Scalar guard, Scalar index) {
  llvm::SmallDenseSet<Value> seen, used;
  int steps = 0;
  return !collect_arguments(value_of(guard), seen, steps) ||
         !collect_arguments(value_of(index), used, steps) ||
         llvm::any_of(used, [&](Value value) { return seen.contains(value); });
}

/// 1 if the enclosing operation or a fold around the access has no iterations.
Size is_idle(Builder::Impl &impl) {
  Size idle = 0;
  auto see = [&](Size extent) {
    if (!known_ge(extent, 1))
      idle = max(idle, less(extent, 1));
  };
  auto see_all = [&](ValueRange extents) {
    for (Value extent : extents)
      see(impl.m.size_of(extent));
  };
  Region *region = impl.op.getInsertionBlock()->getParent();
  Operation *op = region->getParentOp();
  for (; op && op != impl.enclosing;
       region = op->getParentRegion(), op = op->getParentOp())
    if (auto fold = dyn_cast<lf::ForOp>(op)) {
      RangeFinder finder(impl);
      Range low = finder.find(fold.getLow()),
            high = finder.find(fold.getHigh());
      if (low && high)
        see(high->high - low->low);
    }
  if (auto map = dyn_cast<lf::MapOp>(impl.enclosing))
    see_all(map.getDims());
  else if (auto loops = dyn_cast<lf::ParallelOp>(impl.enclosing))
    see_all(loops.getParallel());
  else if (auto contract = dyn_cast<lf::ContractOp>(impl.enclosing)) {
    see_all(contract.getDims());
    // The epilogue runs for sums of nothing too.
    if (region == &contract.getFactors())
      see_all(contract.getReduce());
  }
  return idle;
}

/// Whether `whole` is a broadcast of `part` with others: legal already.
bool is_broadcast_of(Size whole, Size part) {
  if (whole == part)
    return true;
  const SizeNode *node = whole.node();
  return node && node->kind == SizeKind::broadcast &&
         (is_broadcast_of(node->args[0], part) ||
          is_broadcast_of(node->args[1], part));
}

} // namespace

std::optional<IndexRange> index_range(Builder::Impl &impl, Value index) {
  return RangeFinder(impl).find(index);
}

void require_inside(Builder::Impl &impl, const Shape &shape,
                    std::span<const Scalar> indices, Scalar guard) {
  if (!impl.enclosing || is_conditional(impl))
    return;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    auto range = index_range(impl, value_of(indices[axis]));
    if (!range || (guard && looks_at(guard, indices[axis])))
      continue;
    Size needed = range->high + Size(1);
    bool above = known_ge(range->low, 0), below = known_ge(shape[axis], needed);
    if (above && below)
      continue;
    Size legal = 1;
    if (!below)
      legal = legal * (Size(1) - less(shape[axis], needed));
    if (!above)
      legal = legal * (Size(1) - less(range->low, 0));
    impl.self.require(
        max(legal, is_idle(impl)),
        fmt::format("an operand of shape {} does not fit the others: an extent "
                    "of {} is needed along axis {}",
                    to_string(shape), needed.str(), axis));
  }
}

void require_broadcast(Builder::Impl &impl, Size extent, Scalar index) {
  auto range = index_range(impl, value_of(index));
  if (!impl.enclosing || !range || range->low != Size(0))
    return;
  Size space = range->high + Size(1);
  if (is_broadcast_of(space, extent))
    return;
  Size legal = max(equal(extent, 1), equal(extent, space));
  impl.self.require(max(legal, is_idle(impl)),
                    fmt::format("an extent of {} does not broadcast to {}: it "
                                "must be that or 1",
                                extent.str(), space.str()));
}

} // namespace landfall::ir
