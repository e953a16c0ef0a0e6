//===- radix_sort.cpp - Sorting by the digits of keys ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/radix_sort.h"

namespace landfall::frontend {

/// 8 bits of the key, of which 0 is of the greatest keys. The sign counts the
/// other way in the highest ones.
Scalar RadixSort::digit(Scalar key, Scalar shift) const {
  int64_t lowest = key_type == DType::i64 ? INT64_MIN : INT32_MIN;
  Scalar flipped = ~(key ^ b.literal_int(key_type, lowest));
  return cast((flipped >> cast(shift, key_type)) &
                  b.literal_int(key_type, digits - 1),
              DType::i64);
}

/// Leaves in `counts` where the first entry with each digit goes.
void RadixSort::count_digits(Scalar shift) const {
  Scalar zero = b.index(0);
  b.fold_to(zero, digit_count, {}, [&](Scalar d, auto) {
    counts.set(d, zero);
    return Scalars();
  });
  b.fold_to(zero, count, {}, [&](Scalar i, auto) {
    Scalar d = digit(keys.get(i), shift);
    counts.set(d, counts.get(d) + 1);
    return Scalars();
  });
  b.fold_to(zero, digit_count, {zero},
            [&](Scalar d, std::span<const Scalar> before) {
              Scalar here = counts.get(d);
              counts.set(d, before[0]);
              return Scalars{before[0] + here};
            });
}

/// From the half of `order` at `source` to the other one.
void RadixSort::distribute(Scalar shift, Scalar source) const {
  b.fold_to(b.index(0), count, {}, [&](Scalar i, auto) {
    Scalar entry = order.get(source + i);
    Scalar d = digit(keys.get(entry), shift);
    Scalar place = counts.get(d);
    order.set(count - source + place, entry);
    counts.set(d, place + 1);
    return Scalars();
  });
}

Scalar RadixSort::run() const {
  Scalar zero = b.index(0);
  b.fold_to(zero, count, {}, [&](Scalar i, auto) {
    keys.set(i, key(i));
    order.set(i, i);
    return Scalars();
  });
  Scalar first = keys.get(zero);
  Scalar different =
      b.fold_to(zero, count, {b.literal_int(key_type, 0)},
                [&](Scalar i, std::span<const Scalar> bits) {
                  return Scalars{bits[0] | (keys.get(i) ^ first)};
                })[0];
  int64_t bits = key_type == DType::i64 ? 64 : 32;
  return b.fold_to(zero, b.index(bits / 8), {zero},
                   [&](Scalar number, std::span<const Scalar> source) {
                     Scalar shift = number * 8;
                     Scalar here = (different >> cast(shift, key_type)) &
                                   b.literal_int(key_type, digits - 1);
                     return b.branch(
                         here != 0,
                         [&] {
                           count_digits(shift);
                           distribute(shift, source[0]);
                           return Scalars{count - source[0]};
                         },
                         [&] { return Scalars{source[0]}; });
                   })[0];
}

} // namespace landfall::frontend
