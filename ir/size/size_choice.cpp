//===- size_choice.cpp - min, max, broadcast, comparisons ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size_node.h"

#include <algorithm>

namespace landfall::ir {

namespace {

/// Constants last, then by number, so that commutative forms are canonical.
bool stands_before(Size a, Size b) {
  if (a.is_constant() || b.is_constant())
    return a.is_constant() == b.is_constant() ? *a.constant() < *b.constant()
                                              : b.is_constant();
  return a.node()->number < b.node()->number;
}

void flatten(SizeKind kind, Size size, std::vector<Size> &out) {
  if (size.kind() != kind) {
    out.push_back(size);
    return;
  }
  flatten(kind, size.node()->args[0], out);
  flatten(kind, size.node()->args[1], out);
}

/// kind(... kind(kind(s0, s1), s2) ...) of the sorted distinct sizes.
Size chain(SizeArena &arena, SizeKind kind, std::vector<Size> sizes) {
  std::sort(sizes.begin(), sizes.end(), stands_before);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  Size result = sizes[0];
  for (size_t i = 1; i < sizes.size(); ++i)
    result = arena.function(kind, result, sizes[i]);
  return result;
}

/// Drops every size that another one beats; of equals the first stays.
template <typename Beats>
std::vector<Size> keep_unbeaten(const std::vector<Size> &sizes, Beats beats) {
  std::vector<Size> kept;
  for (Size size : sizes) {
    if (std::any_of(kept.begin(), kept.end(),
                    [&](Size other) { return beats(other, size); }))
      continue;
    std::erase_if(kept, [&](Size other) { return beats(size, other); });
    kept.push_back(size);
  }
  return kept;
}

/// Longer lists are kept as they are: the comparison is quadratic.
constexpr size_t longest_list = 16;

template <typename Beats>
Size choose(SizeKind kind, Size a, Size b, Beats beats) {
  SizeArena *arena = arena_of(a, b);
  if (!arena)
    return beats(a, b) ? a : b;
  std::vector<Size> sizes;
  flatten(kind, a, sizes);
  flatten(kind, b, sizes);
  if (sizes.size() <= longest_list)
    sizes = keep_unbeaten(sizes, beats);
  return chain(*arena, kind, std::move(sizes));
}

bool excludes(Size size, int64_t value) {
  SizeRange range = size.range();
  return value < range.low || value > range.high;
}

/// Positive and negated negative terms.
std::pair<Polynomial, std::optional<Polynomial>> by_sign(const Polynomial &p) {
  Polynomial positive, negative;
  for (const Term &term : p.terms)
    (term.coefficient > 0 ? positive : negative).terms.push_back(term);
  return {positive, scale(negative, -1)};
}

Polynomial divide_coefficients(Polynomial p, int64_t divisor) {
  for (Term &term : p.terms)
    term.coefficient /= divisor;
  return p;
}

std::optional<Polynomial> difference(Size a, Size b) {
  return subtract(polynomial_of(a), polynomial_of(b));
}

/// Divides by the common factor of the non-constant terms. False if then no
/// integer solution of p = 0 exists.
bool reduce_equation(Polynomial &p) {
  auto g = content(without_constant(p));
  if (!g || *g <= 1)
    return true;
  if (p.constant_term() % *g != 0)
    return false;
  p = divide_coefficients(p, *g);
  return true;
}

/// p > 0 with the common factor divided out: g*q + c > 0 iff q + ceil(c/g) > 0.
void reduce_inequality(Polynomial &p) {
  auto g = content(without_constant(p));
  if (!g || *g <= 1 || p.constant_term() == INT64_MIN)
    return;
  int64_t constant = -floor_divide(-p.constant_term(), *g);
  p = divide_coefficients(without_constant(p), *g);
  if (constant != 0)
    p.terms.push_back({constant, {}});
}

/// kind(a, b) as it stands; equality is symmetric.
Size make_comparison(SizeArena &arena, SizeKind kind, Size a, Size b) {
  if (kind == SizeKind::equal && stands_before(b, a))
    std::swap(a, b);
  return arena.function(kind, a, b);
}

/// kind(a, b) from p = b - a, moving negative terms to the left.
Size compare(SizeArena &arena, SizeKind kind, const Polynomial &p, Size a,
             Size b) {
  auto [positive, negative] = by_sign(p);
  if (!negative)
    return make_comparison(arena, kind, a, b);
  return make_comparison(arena, kind, arena.from(*negative),
                         arena.from(positive));
}

} // namespace

Size min(Size a, Size b) {
  return choose(SizeKind::min, a, b,
                [](Size x, Size y) { return known_ge(y, x); });
}

Size max(Size a, Size b) {
  return choose(SizeKind::max, a, b,
                [](Size x, Size y) { return known_ge(x, y); });
}

Size broadcast(Size a, Size b) {
  // Legal operands only: each is 1 or the result, so a known extent wins.
  if (a == b || b == Size(1) || excludes(a, 1))
    return a;
  if (a == Size(1) || excludes(b, 1))
    return b;
  return choose(SizeKind::broadcast, a, b,
                [](Size x, Size y) { return x == y; });
}

Size equal(Size a, Size b) {
  if (a == b)
    return 1;
  SizeArena *arena = arena_of(a, b);
  if (!arena)
    return 0;
  auto p = difference(a, b);
  if (!p)
    return make_comparison(*arena, SizeKind::equal, a, b);
  if (!reduce_equation(*p))
    return 0;
  SizeRange range = range_of(*p);
  if (range.low > 0 || range.high < 0)
    return 0;
  return compare(*arena, SizeKind::equal, *p, b, a);
}

Size less(Size a, Size b) {
  SizeArena *arena = arena_of(a, b);
  if (!arena)
    return *a.constant() < *b.constant();
  if (known_ge(a, b))
    return 0;
  auto p = difference(b, a);
  if (!p)
    return arena->function(SizeKind::less, a, b);
  reduce_inequality(*p);
  SizeRange range = range_of(*p);
  if (range.low > 0 || range.high <= 0)
    return range.low > 0;
  return compare(*arena, SizeKind::less, *p, a, b);
}

Size select(Size condition, Size if_true, Size if_false) {
  if (if_true == if_false)
    return if_true;
  if (auto value = condition.constant())
    return *value ? if_true : if_false;
  int64_t ignored;
  if (if_true.is_constant() && if_false.is_constant() &&
      __builtin_sub_overflow(*if_true.constant(), *if_false.constant(),
                             &ignored))
    return condition * if_true + (Size(1) - condition) * if_false;
  return if_false + condition * (if_true - if_false);
}

bool known_equal(Size a, Size b) { return a == b || equal(a, b) == Size(1); }

bool known_ge(Size a, Size b) {
  // A run computes in int64, so its limits bound every size.
  if (a == b || a == Size(INT64_MAX) || b == Size(INT64_MIN))
    return true;
  int64_t low = a.range().low, high = b.range().high;
  bool bounded = (a.is_constant() || low != INT64_MIN) &&
                 (b.is_constant() || high != INT64_MAX);
  if (bounded && low >= high)
    return true;
  auto p = difference(a, b);
  return p && range_of(*p).low >= 0;
}

bool known_different(Size a, Size b) { return equal(a, b) == Size(0); }

} // namespace landfall::ir
