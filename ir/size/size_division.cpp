//===- size_division.cpp - floordiv and mod of sizes -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Both start from one split, a = b * quotient + rest, where `quotient` takes
// all whole multiples of b that can be seen. For a constant b > 0 the rest's
// coefficients end up in (-b, b) and its constant in [0, b).
//
//===----------------------------------------------------------------------===//
#include "base/build_error.h"
#include "ir/size/size_node.h"

namespace landfall::ir {

int64_t floor_divide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t floor_modulus(int64_t a, int64_t b) {
  int64_t rest = b == -1 ? 0 : a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

namespace {

[[noreturn]] void throw_division_by_zero() {
  throw BuildError(ErrorCode::invalid_model,
                   "a tensor extent is divided by the constant 0");
}

struct Split {
  Polynomial quotient, rest;
};

Split split_by_constant(const Polynomial &a, int64_t b) {
  Split result;
  for (const Term &term : a.terms) {
    int64_t quotient = term.atoms.empty() ? floor_divide(term.coefficient, b)
                                          : term.coefficient / b;
    int64_t rest = term.atoms.empty() ? floor_modulus(term.coefficient, b)
                                      : term.coefficient % b;
    if (quotient != 0)
      result.quotient.terms.push_back({quotient, term.atoms});
    if (rest != 0)
      result.rest.terms.push_back({rest, term.atoms});
  }
  return result;
}

/// Takes out the terms that the single term `b` divides.
std::optional<Split> split_by_term(const Polynomial &a, const Term &b) {
  Split result;
  for (const Term &term : a.terms) {
    auto quotient = divide_exactly(Polynomial{{term}}, Polynomial{{b}});
    if (!quotient) {
      result.rest.terms.push_back(term);
      continue;
    }
    auto sum = add(result.quotient, *quotient);
    if (!sum)
      return std::nullopt;
    result.quotient = std::move(*sum);
  }
  return result;
}

Split split(const Polynomial &a, const Polynomial &b) {
  if (b.is_constant())
    return split_by_constant(a, b.constant_term());
  if (auto exact = divide_exactly(a, b))
    return {*exact, {}};
  if (b.terms.size() == 1)
    if (auto result = split_by_term(a, b.terms[0]))
      return *result;
  return {{}, a};
}

/// floor(a / b) where the ranges leave one value only.
std::optional<int64_t> decided_quotient(Size a, Size b) {
  SizeRange range = range_of(SizeKind::floordiv, a.range(), b.range());
  bool bounded = range.low != INT64_MIN && range.high != INT64_MAX;
  return bounded && range.low == range.high ? std::optional(range.low)
                                            : std::nullopt;
}

/// The largest g > 0 that divides b and all non-constant coefficients of a.
int64_t shared_factor(const Polynomial &a, int64_t b) {
  Polynomial all = without_constant(a);
  all.terms.push_back({b, {}});
  return content(all).value_or(1);
}

/// a = g * p + c with 0 <= c < g: gives p, and c through `left`.
Polynomial divide_factor(const Polynomial &a, int64_t g, int64_t &left) {
  Split parts = split_by_constant(a, g);
  left = parts.rest.constant_term();
  return parts.quotient;
}

/// floordiv(floordiv(x, m) + c, b) = floordiv(x + m * c, m * b), for m, b > 0.
std::optional<Size> flatten_division(SizeArena &arena, const Polynomial &a,
                                     int64_t b) {
  Polynomial inner = without_constant(a);
  if (inner.terms.size() != 1 || inner.terms[0].coefficient != 1 ||
      inner.terms[0].atoms.size() != 1)
    return std::nullopt;
  const SizeNode *atom = inner.terms[0].atoms[0];
  auto m = atom->kind == SizeKind::floordiv ? atom->args[1].constant()
                                            : std::nullopt;
  int64_t shift, divisor;
  if (!m || *m <= 0 || __builtin_mul_overflow(*m, a.constant_term(), &shift) ||
      __builtin_mul_overflow(*m, b, &divisor))
    return std::nullopt;
  auto numerator = add(polynomial_of(atom->args[0]), Polynomial::of(shift));
  if (!numerator)
    return std::nullopt;
  return floordiv(arena.from(*numerator), divisor);
}

/// `rest` is reduced by the constant b > 1 and is not decided by its range.
Size divide_rest_by_constant(SizeArena &arena, const Polynomial &rest,
                             int64_t b) {
  int64_t left;
  if (int64_t g = shared_factor(rest, b); g > 1)
    return floordiv(arena.from(divide_factor(rest, g, left)), b / g);
  if (auto flat = flatten_division(arena, rest, b))
    return *flat;
  return arena.function(SizeKind::floordiv, arena.from(rest), b);
}

/// Cancels atoms common to both sides; they are non-zero because b is.
bool cancel(Polynomial &a, Polynomial &b) {
  Monomial shared = common_atoms(common_atoms(a), common_atoms(b));
  if (shared.empty())
    return false;
  a = divide_atoms(a, shared);
  b = divide_atoms(b, shared);
  return true;
}

Size divide_rest(SizeArena &arena, Polynomial rest, Size b) {
  Size a = arena.from(rest);
  if (auto value = decided_quotient(a, b))
    return *value;
  if (auto k = b.constant())
    return divide_rest_by_constant(arena, rest, *k);
  Polynomial divisor = polynomial_of(b);
  if (cancel(rest, divisor))
    return floordiv(arena.from(rest), arena.from(divisor));
  return arena.function(SizeKind::floordiv, a, b);
}

Size divide_constants(int64_t a, int64_t b) {
  if (a == INT64_MIN && b == -1)
    throw_size_overflow();
  return floor_divide(a, b);
}

Size modulus_of_rest_by_constant(SizeArena &arena, const Polynomial &rest,
                                 int64_t b) {
  int64_t left;
  if (int64_t g = shared_factor(rest, b); g > 1) {
    Polynomial inner = divide_factor(rest, g, left);
    return mod(arena.from(inner), b / g) * g + left;
  }
  return arena.function(SizeKind::mod, arena.from(rest), b);
}

} // namespace

Size floordiv(Size a, Size b) {
  if (b == Size(0))
    throw_division_by_zero();
  if (b == Size(1) || a == Size(0))
    return a;
  if (a == b)
    return 1;
  if (a.is_constant() && b.is_constant())
    return divide_constants(*a.constant(), *b.constant());
  if (auto k = b.constant(); k && *k < 0 && *k != INT64_MIN)
    return floordiv(Size(0) - a, -*k);
  SizeArena &arena = *arena_of(a, b);
  if (b == Size(INT64_MIN))
    return arena.function(SizeKind::floordiv, a, b);
  Split parts = split(polynomial_of(a), polynomial_of(b));
  if (parts.rest.is_zero())
    return arena.from(parts.quotient);
  return arena.from(parts.quotient) +
         divide_rest(arena, std::move(parts.rest), b);
}

Size mod(Size a, Size b) {
  if (b == Size(0))
    throw_division_by_zero();
  if (b == Size(1) || b == Size(-1) || a == Size(0) || a == b)
    return 0;
  if (a.is_constant() && b.is_constant())
    return floor_modulus(*a.constant(), *b.constant());
  if (auto k = b.constant(); k && *k < 0 && *k != INT64_MIN)
    return Size(0) - mod(Size(0) - a, -*k);
  SizeArena &arena = *arena_of(a, b);
  if (b == Size(INT64_MIN))
    return arena.function(SizeKind::mod, a, b);
  Split parts = split(polynomial_of(a), polynomial_of(b));
  if (parts.rest.is_zero())
    return 0;
  Size rest = arena.from(parts.rest);
  if (auto quotient = decided_quotient(rest, b))
    return rest - b * *quotient;
  if (auto k = b.constant())
    return modulus_of_rest_by_constant(arena, parts.rest, *k);
  return arena.function(SizeKind::mod, rest, b);
}

Size ceildiv(Size a, Size b) {
  // ceil(a / b) = floor((a + b - 1) / b) for b > 0 keeps signs positive.
  if (b.range().low >= 1)
    return floordiv(a + b - 1, b);
  return Size(0) - floordiv(Size(0) - a, b);
}

Size truncdiv(Size a, Size b) {
  SizeRange x = a.range(), y = b.range();
  if ((x.low >= 0 && y.low >= 0) || (x.high <= 0 && y.high <= 0))
    return floordiv(a, b);
  auto towards_zero = [&] { return Size(0) - floordiv(Size(0) - a, b); };
  if ((x.low >= 0 && y.high <= 0) || (x.high <= 0 && y.low >= 0))
    return towards_zero();
  return select(equal(less(a, 0), less(b, 0)), floordiv(a, b), towards_zero());
}

} // namespace landfall::ir
