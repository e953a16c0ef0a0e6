//===- size_range.cpp - What values a size can take ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Intervals over the integers with infinite ends, then, for polynomials,
// sharper bounds by replacing one atom at a time by what it lies between:
// floordiv(x, k) lies in [(x - k + 1) / k, x / k], min(a, b) below a and b.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size_node.h"

#include <algorithm>

namespace landfall::ir {

namespace {

using Wide = __int128;
constexpr Wide plus_infinity = Wide(INT64_MAX) + 1;
constexpr Wide minus_infinity = Wide(INT64_MIN) - 1;

Wide low_end(SizeRange r) {
  return r.low == INT64_MIN ? minus_infinity : Wide(r.low);
}
Wide high_end(SizeRange r) {
  return r.high == INT64_MAX ? plus_infinity : Wide(r.high);
}
Wide clamp(Wide value) {
  return std::clamp(value, minus_infinity, plus_infinity);
}

/// Ends outside int64 widen to "absent" or to the nearest true bound.
SizeRange make_range(Wide low, Wide high) {
  auto narrow = [](Wide value) {
    return int64_t(std::clamp(value, Wide(INT64_MIN), Wide(INT64_MAX)));
  };
  return {narrow(low), narrow(high)};
}

SizeRange hull(SizeRange a, SizeRange b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

SizeRange intersect(SizeRange a, SizeRange b) {
  return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

bool is_empty(SizeRange r) { return r.low > r.high; }

SizeRange negate(SizeRange r) { return make_range(-high_end(r), -low_end(r)); }

/// floor(a / b) with b in [1, infinity].
Wide floor_wide(Wide a, Wide b) {
  if (b >= plus_infinity)
    return a >= plus_infinity ? a
                              : (a < 0 ? (a <= minus_infinity ? a : -1) : 0);
  if (a >= plus_infinity || a <= minus_infinity)
    return a;
  Wide quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

SizeRange divide_by_positive(SizeRange a, SizeRange b) {
  Wide low = plus_infinity, high = minus_infinity;
  for (Wide x : {low_end(a), high_end(a)})
    for (Wide y : {Wide(b.low), high_end(b)}) {
      low = std::min(low, floor_wide(x, y));
      high = std::max(high, floor_wide(x, y));
    }
  return make_range(low, high);
}

SizeRange divide_ranges(SizeRange a, SizeRange b) {
  SizeRange positive = intersect(b, {1, INT64_MAX});
  SizeRange negative = intersect(b, {INT64_MIN, -1});
  if (is_empty(negative))
    return is_empty(positive) ? SizeRange{INT64_MIN, INT64_MAX}
                              : divide_by_positive(a, positive);
  SizeRange below = divide_by_positive(negate(a), negate(negative));
  return is_empty(positive) ? below
                            : hull(below, divide_by_positive(a, positive));
}

SizeRange modulus_ranges(SizeRange a, SizeRange b) {
  Wide low =
      b.low < 0 ? (b.low == INT64_MIN ? minus_infinity : Wide(b.low) + 1) : 0;
  Wide high =
      b.high > 0 ? (b.high == INT64_MAX ? plus_infinity : Wide(b.high) - 1) : 0;
  if (a.low >= 0 && b.low >= 0)
    high = std::min(high, high_end(a));
  return make_range(low, high);
}

/// ONNX's result extent, legality taken for granted: one of the two, and the
/// larger one unless the other is 0.
SizeRange broadcast_ranges(SizeRange a, SizeRange b) {
  SizeRange either = hull(a, b);
  if (a.low >= 1 && b.low >= 1)
    either.low = std::max(a.low, b.low);
  return either;
}

SizeRange range_of(const Term &term) {
  SizeRange result{term.coefficient, term.coefficient};
  for (size_t i = 0; i < term.atoms.size();) {
    const SizeNode *atom = term.atoms[i];
    SizeRange power = atom->range;
    size_t count = 1;
    for (++i; i < term.atoms.size() && term.atoms[i] == atom; ++i, ++count)
      power = multiply_ranges(power, atom->range);
    if (count % 2 == 0)
      power.low = std::max<int64_t>(power.low, 0);
    result = multiply_ranges(result, power);
  }
  return result;
}

SizeRange sum_of_terms(const Polynomial &p) {
  SizeRange result{0, 0};
  for (const Term &term : p.terms)
    result = add_ranges(result, range_of(term));
  return result;
}

Wide lower_bound(const Polynomial &p, int fuel);

Wide lower_bound(const std::optional<Polynomial> &p, int fuel) {
  return p ? lower_bound(*p, fuel) : minus_infinity;
}

/// The bound of `rest` + c * atom where the atom is a floordiv by a constant.
Wide bound_without_division(const Polynomial &rest, int64_t c,
                            const SizeNode *atom, int fuel) {
  auto k = atom->args[1].constant();
  if (!k || *k <= 1)
    return minus_infinity;
  // k * (rest + c * floordiv(x, k)) = k * rest + c * x - c * mod(x, k).
  auto scaled = scale(rest, *k);
  auto numerator = scale(polynomial_of(atom->args[0]), c);
  if (!scaled || !numerator)
    return minus_infinity;
  Wide low = lower_bound(add(*scaled, *numerator), fuel);
  if (low <= minus_infinity)
    return low;
  if (c > 0)
    low -= Wide(c) * (*k - 1);
  return -floor_wide(clamp(-low), *k);
}

/// The bound of `rest` + c * min(a, b), or of max.
Wide bound_without_choice(const Polynomial &rest, int64_t c,
                          const SizeNode *atom, int fuel) {
  Wide bounds[2];
  for (int i : {0, 1}) {
    auto arm = scale(polynomial_of(atom->args[i]), c);
    bounds[i] = arm ? lower_bound(add(rest, *arm), fuel) : minus_infinity;
  }
  bool is_either = (atom->kind == SizeKind::min) == (c > 0);
  return is_either ? std::min(bounds[0], bounds[1])
                   : std::max(bounds[0], bounds[1]);
}

Wide bound_by_substitution(const Polynomial &p, size_t index, int fuel) {
  const Term &term = p.terms[index];
  if (term.atoms.size() != 1)
    return minus_infinity;
  const SizeNode *atom = term.atoms[0];
  Polynomial rest = p;
  rest.terms.erase(rest.terms.begin() + ptrdiff_t(index));
  if (atom->kind == SizeKind::floordiv)
    return bound_without_division(rest, term.coefficient, atom, fuel - 1);
  if (atom->kind == SizeKind::min || atom->kind == SizeKind::max)
    return bound_without_choice(rest, term.coefficient, atom, fuel - 1);
  return minus_infinity;
}

/// A number that `p` never falls below. `fuel` bounds the substitutions.
Wide lower_bound(const Polynomial &p, int fuel) {
  Wide best = low_end(sum_of_terms(p));
  if (Monomial shared = common_atoms(p); !shared.empty() && p.terms.size() > 1)
    best = std::max(
        best, low_end(multiply_ranges(range_of(Term{1, shared}),
                                      sum_of_terms(divide_atoms(p, shared)))));
  if (fuel == 0 || p.terms.size() > 16)
    return best;
  for (size_t i = 0; i < p.terms.size(); ++i)
    best = std::max(best, bound_by_substitution(p, i, fuel));
  return best;
}

} // namespace

SizeRange add_ranges(SizeRange a, SizeRange b) {
  return make_range(
      a.low == INT64_MIN || b.low == INT64_MIN ? minus_infinity
                                               : Wide(a.low) + b.low,
      a.high == INT64_MAX || b.high == INT64_MAX ? plus_infinity
                                                 : Wide(a.high) + b.high);
}

SizeRange multiply_ranges(SizeRange a, SizeRange b) {
  Wide low = plus_infinity, high = minus_infinity;
  for (Wide x : {low_end(a), high_end(a)})
    for (Wide y : {low_end(b), high_end(b)}) {
      low = std::min(low, clamp(x * y));
      high = std::max(high, clamp(x * y));
    }
  return make_range(low, high);
}

SizeRange range_of(const Polynomial &p) {
  constexpr int fuel = 2;
  auto negated = scale(p, -1);
  return make_range(lower_bound(p, fuel),
                    negated ? -lower_bound(*negated, fuel) : plus_infinity);
}

SizeRange range_of(SizeKind kind, SizeRange a, SizeRange b) {
  switch (kind) {
  case SizeKind::floordiv:
    return divide_ranges(a, b);
  case SizeKind::mod:
    return modulus_ranges(a, b);
  case SizeKind::min:
    return {std::min(a.low, b.low), std::min(a.high, b.high)};
  case SizeKind::max:
    return {std::max(a.low, b.low), std::max(a.high, b.high)};
  case SizeKind::broadcast:
    return broadcast_ranges(a, b);
  case SizeKind::equal:
  case SizeKind::less:
    return {0, 1};
  default:
    return {INT64_MIN, INT64_MAX};
  }
}

} // namespace landfall::ir
