//===- value_ranges.cpp - Intervals of integer values ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/value_ranges.h"

#include "package/node_rules.h"

#include <algorithm>

namespace landfall::analysis {

namespace {

constexpr ValueRange everything;

/// The smallest interval with all of both.
ValueRange join(const ValueRange &a, const ValueRange &b) {
  return {std::min(a.least, b.least), std::max(a.most, b.most)};
}

ValueRange exactly(int64_t value) { return {value, value}; }

/// The interval of f(a, b), where f is monotonic in each of its arguments: it
/// is spanned by the corners. Everything if one of them overflows.
template <typename Overflows>
ValueRange corners(const ValueRange &a, const ValueRange &b,
                   Overflows overflows) {
  ValueRange range = {INT64_MAX, INT64_MIN};
  for (int64_t x : {a.least, a.most})
    for (int64_t y : {b.least, b.most}) {
      int64_t value = 0;
      if (overflows(x, y, &value))
        return everything;
      range = join(range, exactly(value));
    }
  return range;
}

/// Towards zero, by a positive divisor.
ValueRange quotient(const ValueRange &a, const ValueRange &b) {
  if (b.least <= 0)
    return everything;
  return corners(a, b, [](int64_t x, int64_t y, int64_t *result) {
    *result = x / y;
    return false;
  });
}

/// With the sign of a positive divisor.
ValueRange remainder(const ValueRange &a, const ValueRange &b) {
  if (b.least <= 0)
    return everything;
  if (a.least >= 0 && a.most < b.least)
    return a;
  return {0, b.most - 1};
}

class Ranges {
public:
  Ranges(const Kernel &kernel, std::span<const ValueRange> sizes)
      : kernel_(kernel), sizes_(sizes), ranges_(kernel.nodes.size()) {
    for (size_t k = 0; k < kernel.nodes.size(); ++k)
      ranges_[k] = range_of(kernel.nodes[k].type);
  }

  std::vector<ValueRange> run() {
    std::vector<Extent> all = kernel_.loops;
    set_indices(kernel_.body, all);
    if (kernel_.kind == KernelClass::contraction) {
      all.insert(all.end(), kernel_.reduce.begin(), kernel_.reduce.end());
      set_indices(kernel_.factors, all);
      visit(kernel_.factors);
    }
    visit(kernel_.body);
    return std::move(ranges_);
  }

private:
  ValueRange size(const Extent &extent) const {
    return extent.constant ? exactly(extent.value) : sizes_[extent.value];
  }

  /// The block's first parameters are the indices of these loops.
  void set_indices(const Block &block, const std::vector<Extent> &extents) {
    for (size_t k = 0; k < extents.size(); ++k)
      ranges_[block.params[k]] = index_below(exactly(0), size(extents[k]));
  }

  /// An iteration's number, from `begin` to below `end`.
  static ValueRange index_below(const ValueRange &begin,
                                const ValueRange &end) {
    int64_t last = end.most == INT64_MIN ? INT64_MIN : end.most - 1;
    return {begin.least, std::max(begin.least, last)};
  }

  void visit(const Block &block) {
    for (NodeId id : block.nodes)
      set(id, of(kernel_.nodes[id]));
  }

  /// A value is in its type's range, whatever it wraps to.
  void set(NodeId id, const ValueRange &range) {
    ValueRange whole = range_of(kernel_.nodes[id].type);
    ranges_[id] = range.fits(whole) ? range : whole;
  }

  ValueRange of(const Node &node) {
    switch (node.kind) {
    case NodeKind::constant:
      return is_integer(node.type) || node.type == DType::boolean
                 ? exactly(int64_t(node.bits))
                 : everything;
    case NodeKind::size:
      return sizes_[node.index];
    case NodeKind::scalar:
      return of_scalar(node);
    case NodeKind::loop:
      // What is carried may grow with each iteration.
      ranges_[node.blocks[0].params[0]] =
          index_below(arg(node, 0), arg(node, 1));
      visit(node.blocks[0]);
      return everything;
    case NodeKind::loop_while:
      visit(node.blocks[0]);
      return everything;
    case NodeKind::branch:
      visit(node.blocks[0]);
      visit(node.blocks[1]);
      return everything;
    case NodeKind::result:
      return of_result(node);
    default:
      return everything;
    }
  }

  ValueRange of_result(const Node &node) const {
    const Node &owner = kernel_.nodes[node.args[0]];
    if (owner.kind != NodeKind::branch)
      return everything;
    return join(ranges_[owner.blocks[0].yields[node.index]],
                ranges_[owner.blocks[1].yields[node.index]]);
  }

  const ValueRange &arg(const Node &node, size_t k) const {
    return ranges_[node.args[k]];
  }

  ValueRange of_scalar(const Node &node) const {
    if (node.type == DType::u64) // Its order is not that of int64_t.
      return everything;
    const ValueRange &a = arg(node, 0);
    const ValueRange &b = node.args.size() > 1 ? arg(node, 1) : a;
    switch (node.op) {
    case ScalarOp::add:
      return corners(a, b, [](int64_t x, int64_t y, int64_t *sum) {
        return __builtin_add_overflow(x, y, sum);
      });
    case ScalarOp::sub:
      return corners(a, b, [](int64_t x, int64_t y, int64_t *difference) {
        return __builtin_sub_overflow(x, y, difference);
      });
    case ScalarOp::mul:
      return corners(a, b, [](int64_t x, int64_t y, int64_t *product) {
        return __builtin_mul_overflow(x, y, product);
      });
    case ScalarOp::div:
      return quotient(a, b);
    case ScalarOp::mod:
      return remainder(a, b);
    case ScalarOp::min:
      return {std::min(a.least, b.least), std::min(a.most, b.most)};
    case ScalarOp::max:
      return {std::max(a.least, b.least), std::max(a.most, b.most)};
    case ScalarOp::select:
      return join(b, arg(node, 2));
    case ScalarOp::bit_and:
      return b.least >= 0 ? ValueRange{0, b.most} : everything;
    case ScalarOp::cast:
      return is_integer(kernel_.nodes[node.args[0]].type) ? a : everything;
    default:
      return everything;
    }
  }

  const Kernel &kernel_;
  std::span<const ValueRange> sizes_;
  std::vector<ValueRange> ranges_;
};

} // namespace

ValueRange range_of(DType type) {
  if (type == DType::boolean)
    return {0, 1};
  int bits = info(type).bits;
  if (is_unsigned_integer(type) && bits < 64)
    return {0, (int64_t(1) << bits) - 1};
  if (is_signed_integer(type) && bits < 64)
    return {-(int64_t(1) << (bits - 1)), (int64_t(1) << (bits - 1)) - 1};
  return everything;
}

std::vector<ValueRange> value_ranges(const Kernel &kernel,
                                     std::span<const ValueRange> sizes) {
  return Ranges(kernel, sizes).run();
}

bool fits_32_bits(const Kernel &kernel, std::span<const ValueRange> ranges) {
  ValueRange narrow = range_of(DType::i32);
  for (size_t k = 0; k < kernel.nodes.size(); ++k) {
    const Node &node = kernel.nodes[k];
    bool is_long = node.type == DType::i64 || node.type == DType::u64;
    if (has_value(node.kind) && is_long && !ranges[k].fits(narrow))
      return false;
  }
  return true;
}

} // namespace landfall::analysis
