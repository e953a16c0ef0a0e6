//===- tournament.cpp - The best of many entries, one by one --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/tournament.h"

namespace landfall::frontend {

namespace {

constexpr int64_t least_shift = 4;     ///< Blocks have at least 16 entries.
constexpr int64_t one_block_shift = 6; ///< So few entries are one block.
constexpr int64_t low_word = 0xffffffff;

} // namespace

Shape Tournament::places(Size count, DType key_type) {
  Size blocks = floordiv(count + ((1 << least_shift) - 1), 1 << least_shift);
  return {key_type == DType::i32 ? 1 : 2, blocks};
}

// A narrow key and its entry are one number, the rank: the entry's number
// counts down in the low word, so that ranks order entries. No entry has the
// lowest rank. A wide key and its entry lie in two places; the entry is `count`
// if the block has none left.
Tournament::Tournament(Builder &b, Entries entries, Buffer places,
                       Scalars point)
    : b_(b), entries_(std::move(entries)), places_(places),
      point_(std::move(point)), count_(b.scalar(entries_.count)) {
  Scalar least = select(count_ <= double(1 << one_block_shift),
                        b.index(one_block_shift), b.index(least_shift));
  shift_ = b.fold_while({least}, [&](std::span<const Scalar> carried) {
    Scalar square = b.index(1) << (carried[0] * 2);
    Scalar more = square < count_;
    Scalar next = carried[0] + cast(more, DType::i64);
    return std::pair(more, Scalars{next});
  })[0];
  blocks_ = (count_ + ((b.index(1) << shift_) - 1)) >> shift_;
  b.fold_to(b.index(0), blocks_, {}, [&](Scalar block, auto) {
    if (is_narrow())
      refill_narrow(block, [&](Scalar entry) { return rank(entry); });
    else
      refill_wide(block, {});
    return Scalars();
  });
}

Scalar Tournament::place(int word, Scalar block) const {
  Scalars at = point_;
  at.push_back(b_.index(word));
  at.push_back(block);
  return places_.at(at);
}

void Tournament::set_place(int word, Scalar block, Scalar value) {
  Scalars at = point_;
  at.push_back(b_.index(word));
  at.push_back(block);
  places_.store(at, value);
}

Scalar Tournament::best_over(Scalar low, Scalar high, ScalarOp best,
                             Scalar neutral,
                             const std::function<Scalar(Scalar)> &value) const {
  return b_.fold_to(low, high, {neutral},
                    [&](Scalar i, std::span<const Scalar> carried) {
                      Scalar operands[] = {carried[0], value(i)};
                      return Scalars{b_.apply(best, DType::i64, operands)};
                    })[0];
}

/// The same over all blocks.
Scalar
Tournament::best_place(ScalarOp best, Scalar neutral,
                       const std::function<Scalar(Scalar)> &value) const {
  Scalar zero = b_.index(0);
  return b_.branch(
      blocks_ == 1, [&] { return Scalars{value(zero)}; },
      [&] {
        return Scalars{best_over(zero, blocks_, best, neutral, value)};
      })[0];
}

Scalar Tournament::rank(Scalar entry) const {
  Scalar key = cast(entries_.key(entry), DType::i64);
  Scalar rank = (key << b_.index(32)) | (b_.index(low_word) - entry);
  return entries_.takes_part
             ? select(entries_.takes_part(entry), rank, b_.index(INT64_MIN))
             : rank;
}

void Tournament::refill_narrow(Scalar block,
                               const std::function<Scalar(Scalar)> &left) {
  Scalar begin = block << shift_;
  Scalar end = minimum((block + 1) << shift_, count_);
  set_place(0, block,
            best_over(begin, end, ScalarOp::max, b_.index(INT64_MIN), left));
}

Scalar Tournament::next_narrow(Scalar again) {
  Scalar none = b_.index(INT64_MIN);
  Scalar best = best_place(ScalarOp::max, none,
                           [&](Scalar block) { return place(0, block); });
  Scalar entry = b_.index(low_word) - (best & b_.index(low_word));
  Scalar found = best != none;
  b_.branch(
      logical_and(found, again),
      [&] {
        refill_narrow(entry >> shift_, [&](Scalar other) {
          Scalar standing = rank(other);
          return select(standing < best, standing, none);
        });
        return Scalars();
      },
      [] { return Scalars(); });
  return select(found, entry, count_);
}

void Tournament::refill_wide(Scalar block, const Beyond &beyond) {
  Scalar begin = block << shift_;
  Scalar end = minimum((block + 1) << shift_, count_);
  Scalar none = b_.index(INT64_MIN);
  auto is_left = [&](Scalar key, Scalar entry) {
    Scalar is_left = b_.literal_int(DType::boolean, 1);
    if (entries_.takes_part)
      is_left = entries_.takes_part(entry);
    return beyond ? logical_and(is_left, beyond(key, entry)) : is_left;
  };
  Scalar best = best_over(begin, end, ScalarOp::max, none, [&](Scalar entry) {
    Scalar key = entries_.key(entry);
    return select(is_left(key, entry), key, none);
  });
  set_place(0, block, best);
  set_place(1, block,
            best_over(begin, end, ScalarOp::min, count_, [&](Scalar entry) {
              Scalar key = entries_.key(entry);
              Scalar is_best = logical_and(is_left(key, entry), key == best);
              return select(is_best, entry, count_);
            }));
}

Scalar Tournament::next_wide(Scalar again) {
  auto is_left = [&](Scalar block) { return place(1, block) < count_; };
  Scalar best =
      best_place(ScalarOp::max, b_.index(INT64_MIN), [&](Scalar block) {
        return select(is_left(block), place(0, block), b_.index(INT64_MIN));
      });
  Scalar entry = best_place(ScalarOp::min, count_, [&](Scalar block) {
    Scalar is_best = logical_and(is_left(block), place(0, block) == best);
    return select(is_best, place(1, block), count_);
  });
  b_.branch(
      logical_and(entry < count_, again),
      [&] {
        refill_wide(entry >> shift_, [&](Scalar key, Scalar other) {
          return logical_or(key < best,
                            logical_and(key == best, entry < other));
        });
        return Scalars();
      },
      [] { return Scalars(); });
  return entry;
}

Scalar Tournament::next(Scalar again) {
  return is_narrow() ? next_narrow(again) : next_wide(again);
}

} // namespace landfall::frontend
