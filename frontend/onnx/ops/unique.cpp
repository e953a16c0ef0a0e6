//===- unique.cpp - Distinct elements or slices -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/select_first.h"
#include "frontend/onnx/families/sorted_entries.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/order_key.h"
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {
namespace {

/// The compared things: x[:, i, :] for i along the middle of [outer, n, inner].
struct Items {
  Tensor x;
  Size count;
  bool single; ///< One element each.

  Items(Builder &b, Tensor input, std::optional<int> axis) {
    std::span<const Size> dims = input.shape();
    count = axis ? dims[*axis] : input.element_count();
    single = !axis;
    x = axis ? b.reshape(input, {product(dims.first(*axis)), count,
                                 product(dims.subspan(*axis + 1))})
             : b.reshape(input, {1, count, 1});
  }

  /// -1, 0 or 1 as item i is less than, equal to or greater than item j, in
  /// lexicographic order.
  Scalar compare(Scalar i, Scalar j) const {
    Builder &b = x.builder();
    auto one = [&](Scalar o, Scalar k) {
      Scalar a = x.at({o, i, k}), c = x.at({o, j, k});
      return select(value_before(a, c, false), b.index(-1),
                    select(value_before(c, a, false), b.index(1), b.index(0)));
    };
    if (single)
      return one(b.index(0), b.index(0));
    Scalar inner = b.scalar(x.dim(2));
    Scalar total = b.scalar(x.dim(0) * x.dim(2));
    // Carries (position, verdict); stops at the first difference.
    return b.fold_while(
        {b.index(0), b.index(0)}, [&](std::span<const Scalar> carried) {
          Scalar p = carried[0];
          Scalars verdict = b.branch(
              p < total, [&] { return Scalars{one(p / inner, p % inner)}; },
              [&] { return Scalars{b.index(0)}; });
          Scalar go = logical_and(p < total, verdict[0] == 0);
          return std::pair(go, Scalars{p + 1, verdict[0]});
        })[1];
  }
};

/// What the kernel leaves: one entry a distinct item (`first` item, number of
/// items), one an item (number of its group), and the number of groups. All of
/// full length.
struct Groups {
  Tensor first, size, group_of, count;
};

enum Slot { first_slot, size_slot, group_slot, count_slot, slots };

/// The numbers of the items in ascending order, of equal ones the lowest first.
Tensor sorted_items(Builder &b, const Items &items) {
  if (items.single) {
    auto key = [&](std::span<const Scalar>, Scalar i) {
      return order_key(items.x.at({b.index(0), i, b.index(0)}), false);
    };
    KeyedEntries entries{{}, items.count, order_key_type(items.x.dtype()), key};
    return sorted_entries(b, entries, items.count);
  }
  LoopsResult order{DType::i64, {items.count}, {}};
  auto body = [&](std::span<const Scalar>, std::span<const Buffer> results) {
    EntryRow row = {
        [&](Scalar i) { return results[0].at({i}); },
        [&](Scalar i, Scalar entry) { results[0].store({i}, entry); }};
    Scalar n = b.scalar(items.count);
    auto before = [&](Scalar i, Scalar j) {
      Scalar verdict = items.compare(i, j);
      return logical_or(verdict < 0, logical_and(verdict == 0, i < j));
    };
    select_first(b, row, before, n, n);
  };
  return b.loops({}, {&order, 1}, body)[0];
}

/// Items in sorted order fall into groups.
void form_groups(Builder &b, const Items &items, Tensor order,
                 std::span<const Buffer> results) {
  Scalar n = b.scalar(items.count);
  // Carries the number of groups so far.
  Scalars count = b.fold_to(
      b.index(0), n, {b.index(0)},
      [&](Scalar i, std::span<const Scalar> carried) {
        Scalar item = order.at({i});
        Scalar previous = order.at({maximum(i, 1.0) - 1});
        Scalar opens = logical_or(i == 0, items.compare(previous, item) != 0);
        Scalar group = select(opens, carried[0], carried[0] - 1);
        b.branch(
            opens,
            [&] {
              results[first_slot].store({group}, item);
              results[size_slot].store({group}, b.index(1));
              return Scalars();
            },
            [&] {
              results[size_slot].store({group},
                                       results[size_slot].at({group}) + 1);
              return Scalars();
            });
        results[group_slot].store({item}, group);
        return Scalars{group + 1};
      });
  results[count_slot].store(Scalars(), count[0]);
}

Groups sorted_groups(Builder &b, const Items &items) {
  std::vector<LoopsResult> results(slots, {DType::i64, {items.count}, {}});
  results[count_slot].shape = {};
  Tensor order = sorted_items(b, items);
  Tensors all =
      b.loops({}, results,
              [&](std::span<const Scalar>, std::span<const Buffer> buffers) {
                form_groups(b, items, order, buffers);
              });
  return {all[first_slot], all[size_slot], all[group_slot], all[count_slot]};
}

/// The same groups, numbered in the order of their first items.
Groups by_first_item(Builder &b, const Items &items, const Groups &sorted) {
  Shape shape = {items.count};
  enum { number, first, size, group_of };
  std::vector<LoopsResult> results(4, {DType::i64, shape, {}});
  Tensors all = b.loops(
      {}, results, [&](std::span<const Scalar>, std::span<const Buffer> out) {
        b.fold(shape, {b.index(0)},
               [&](std::span<const Scalar> at, std::span<const Scalar> next) {
                 Scalar group = sorted.group_of.at(at);
                 Scalars after = b.branch(
                     sorted.first.at({group}) == at[0],
                     [&] {
                       out[number].store({group}, next[0]);
                       out[first].store({next[0]}, at[0]);
                       out[size].store({next[0]}, sorted.size.at({group}));
                       return Scalars{next[0] + 1};
                     },
                     [&] { return Scalars{next[0]}; });
                 // A group's first item comes before all its others.
                 out[group_of].store(at, out[number].at({group}));
                 return after;
               });
      });
  return {all[first], all[size], all[group_of], sorted.count};
}

/// The number of groups.
Size group_count(Builder &b, const Items &items, const Groups &groups) {
  return b.read(groups.count, 0, {0, items.count.range().high});
}

/// x, or integers that are equal where strings are, and in their order if that
/// matters.
Tensor comparable(Builder &b, Tensor x, bool in_order) {
  if (x.dtype() != DType::string || !in_order)
    return text_numbers(b, x);
  Any argument = x;
  return host_tensor(b, BoxFunction::text_rank, {&argument, 1}, DType::i64,
                     x.shape());
}

// Y = the distinct slices of X along axis (elements without one);
// indices = where each occurs first; inverse_indices = where each of X's is in
// Y; counts = how often each occurs
void unique(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  std::optional<int> axis;
  if (node.has_attr("axis"))
    axis = node.axis(node.int_attr("axis"), x.rank());
  bool is_sorted = flag_if_one(node, "sorted", true);
  Items items(b, comparable(b, x, is_sorted), axis);
  Groups groups = sorted_groups(b, items);
  if (!is_sorted)
    groups = by_first_item(b, items, groups);
  Size count = group_count(b, items, groups);
  Tensor flat = axis ? x : b.reshape(x, {items.count});
  int along = axis.value_or(0);
  node.output(0, b.map(replaced(flat.shape(), along, count), x.dtype(),
                       [&](std::span<const Scalar> at) {
                         return flat.at(
                             replaced(at, along, groups.first.at({at[along]})));
                       }));
  if (node.wants_output(1))
    node.output(1, slice_along(groups.first, 0, 0, count));
  if (node.wants_output(2))
    node.output(2, groups.group_of);
  if (node.wants_output(3))
    node.output(3, slice_along(groups.size, 0, 0, count));
}

// ONNX Runtime's: y = the distinct elements of x in the order of their first
// occurrence; idx = where each of x's is in y; counts = how often each occurs
void unique_microsoft(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "x", 1);
  Items items(b, x, std::nullopt);
  Groups groups = by_first_item(b, items, sorted_groups(b, items));
  Size count = group_count(b, items, groups);
  node.output(0, b.map({count}, x.dtype(), [&](std::span<const Scalar> at) {
    return x.at({groups.first.at(at)});
  }));
  node.output(1, groups.group_of);
  node.output(2, slice_along(groups.size, 0, 0, count));
}

} // namespace

LANDFALL_ONNX(unique, {"Unique", 11, unique},
              {"Unique", 1, unique_microsoft, "com.microsoft"})

} // namespace landfall::frontend
