//===- sorted_entries.cpp - The first k of n entries by keys --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/sorted_entries.h"

#include "frontend/onnx/families/radix_sort.h"
#include "frontend/onnx/families/tournament.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

namespace {

/// A sort takes passes over all entries and over the digits: from so many
/// entries on it is faster than a tournament that takes at least one of so
/// many. Both were measured; they are alike around there.
constexpr int64_t least_sorted = 128;
constexpr int64_t entries_for_one = 8;

enum Slot { result_slot, places_slot, keys_slot, order_slot, counts_slot };

/// One point's work.
struct Selection {
  Builder &b;
  const KeyedEntries &entries;
  Size first;
  Size sorted; ///< The entries to sort: all, or 0 for a tournament.
  std::span<const Scalar> point;
  std::span<const Buffer> buffers;

  Scalar key(Scalar entry) const { return entries.key(point, entry); }
  void give(Scalar position, Scalar entry) const {
    buffers[result_slot].store(inserted(point, int(point.size()), position),
                               entry);
  }
  RadixSort::Row row(Slot slot) const {
    auto at = [this](Scalar position) {
      return inserted(point, int(point.size()), position);
    };
    Buffer buffer = buffers[slot];
    return {[=](Scalar position) { return buffer.at(at(position)); },
            [=](Scalar position, Scalar value) {
              buffer.store(at(position), value);
            }};
  }
  /// `order`, of fewer entries than Tournament::entry_limit.
  RadixSort::Row order() const {
    RadixSort::Row words = row(order_slot);
    return {
        [=](Scalar position) { return cast(words.get(position), DType::i64); },
        [=](Scalar position, Scalar entry) {
          words.set(position, cast(entry, DType::u32));
        }};
  }

  void take() const {
    Tournament tournament(b,
                          {entries.count,
                           entries.key_type,
                           [this](Scalar entry) { return key(entry); },
                           {}},
                          buffers[places_slot],
                          Scalars(point.begin(), point.end()));
    b.fold_to(b.index(0), b.scalar(first), {}, [&](Scalar i, auto) {
      give(i, tournament.next(i + 1 < b.scalar(first)));
      return Scalars();
    });
  }

  void sort() const {
    RadixSort radix{b,
                    b.scalar(sorted),
                    b.scalar(digits()),
                    entries.key_type,
                    [this](Scalar entry) { return key(entry); },
                    row(keys_slot),
                    order(),
                    row(counts_slot)};
    Scalar begin = radix.run();
    b.fold_to(b.index(0), b.scalar(first), {}, [&](Scalar i, auto) {
      give(i, order().get(begin + i));
      return Scalars();
    });
  }

  /// The extent of `counts`.
  Size digits() const { return select(less(0, sorted), RadixSort::digits, 0); }

  void run() const {
    if (sorted.is_constant())
      return *sorted.constant() > 0 ? sort() : take();
    auto none = [](auto action) {
      return [=] {
        action();
        return Scalars();
      };
    };
    b.branch(b.scalar(sorted) > 0, none([this] { sort(); }),
             none([this] { take(); }));
  }
};

} // namespace

Tensor sorted_entries(Builder &b, const KeyedEntries &entries, Size first) {
  Size n = entries.count;
  b.require(less(n, Tournament::entry_limit),
            "more than 2^32 entries cannot be sorted");
  Size sorts = less(n, first * entries_for_one) * less(least_sorted, n);
  Size sorted = n * sorts, taken = n - sorted;
  auto with = [&](const Shape &shape) { return joined(entries.outer, shape); };
  std::vector<LoopsResult> results(5, {DType::i64, {}, {}});
  results[result_slot].shape = with({first});
  results[places_slot].shape =
      with(Tournament::places(taken, entries.key_type));
  results[keys_slot] = {entries.key_type, with({sorted}), {}};
  results[order_slot] = {DType::u32, with({sorted * 2}), {}};
  results[counts_slot].shape =
      with({select(less(0, sorted), RadixSort::digits, 0)});
  return b.loops(
      entries.outer, results,
      [&](std::span<const Scalar> point, std::span<const Buffer> buffers) {
        Selection{b, entries, first, sorted, point, buffers}.run();
      })[0];
}

} // namespace landfall::frontend
