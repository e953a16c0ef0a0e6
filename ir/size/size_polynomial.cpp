//===- size_polynomial.cpp ------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size_polynomial.h"
#include "ir/size/size_node.h"

#include <algorithm>
#include <numeric>

namespace landfall::ir {

namespace {

/// Whether `a` stands before `b` (has the higher degree or smaller numbers).
/// Multiplying both sides by a monomial keeps the order.
bool precedes(const Monomial &a, const Monomial &b) {
  if (a.size() != b.size())
    return a.size() > b.size();
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](auto *x, auto *y) { return x->number < y->number; });
}

Monomial multiply(const Monomial &a, const Monomial &b) {
  Monomial result(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), result.begin(),
             [](auto *x, auto *y) { return x->number < y->number; });
  auto repeated = [](const SizeNode *x, const SizeNode *y) {
    return x == y && x->is_boolean();
  };
  result.erase(std::unique(result.begin(), result.end(), repeated),
               result.end());
  return result;
}

/// The m with a = m * b, if there is one.
std::optional<Monomial> divide(const Monomial &a, const Monomial &b) {
  Monomial rest;
  auto wanted = b.begin();
  for (const SizeNode *atom : a) {
    if (wanted != b.end() && *wanted == atom)
      ++wanted;
    else
      rest.push_back(atom);
  }
  if (wanted != b.end())
    return std::nullopt;
  return rest;
}

std::optional<int64_t> divide(int64_t a, int64_t b) {
  if (a == INT64_MIN || a % b != 0)
    return std::nullopt;
  return a / b;
}

/// Sorts and merges equal monomials.
std::optional<Polynomial> collect(std::vector<Term> terms) {
  std::sort(terms.begin(), terms.end(), [](const Term &a, const Term &b) {
    return precedes(a.atoms, b.atoms);
  });
  Polynomial result;
  for (size_t i = 0; i < terms.size();) {
    __int128 sum = 0; // Only the total has to fit.
    size_t end = i;
    for (; end < terms.size() && terms[end].atoms == terms[i].atoms; ++end)
      sum += terms[end].coefficient;
    if (sum < INT64_MIN || sum > INT64_MAX)
      return std::nullopt;
    if (sum != 0)
      result.terms.push_back({int64_t(sum), std::move(terms[i].atoms)});
    i = end;
  }
  if (result.terms.size() > max_terms)
    return std::nullopt;
  return result;
}

} // namespace

Polynomial Polynomial::of(int64_t constant) {
  Polynomial result;
  if (constant != 0)
    result.terms.push_back({constant, {}});
  return result;
}

Polynomial Polynomial::of(const SizeNode *atom) {
  return Polynomial{{Term{1, {atom}}}};
}

std::optional<Polynomial> add(const Polynomial &a, const Polynomial &b) {
  std::vector<Term> terms = a.terms;
  terms.insert(terms.end(), b.terms.begin(), b.terms.end());
  return collect(std::move(terms));
}

std::optional<Polynomial> subtract(const Polynomial &a, const Polynomial &b) {
  auto negated = scale(b, -1);
  return negated ? add(a, *negated) : std::nullopt;
}

std::optional<Polynomial> scale(const Polynomial &a, int64_t factor) {
  if (factor == 0)
    return Polynomial();
  Polynomial result = a;
  for (Term &term : result.terms)
    if (__builtin_mul_overflow(term.coefficient, factor, &term.coefficient))
      return std::nullopt;
  return result;
}

std::optional<Polynomial> multiply(const Polynomial &a, const Polynomial &b) {
  if (a.terms.size() * b.terms.size() > max_terms)
    return std::nullopt;
  std::vector<Term> terms;
  for (const Term &x : a.terms) {
    for (const Term &y : b.terms) {
      int64_t coefficient;
      if (__builtin_mul_overflow(x.coefficient, y.coefficient, &coefficient))
        return std::nullopt;
      terms.push_back({coefficient, multiply(x.atoms, y.atoms)});
      if (terms.back().atoms.size() > max_degree)
        return std::nullopt;
    }
  }
  return collect(std::move(terms));
}

std::optional<Polynomial> divide_exactly(const Polynomial &a,
                                         const Polynomial &b) {
  if (b.is_zero())
    return std::nullopt;
  const Term &lead = b.terms.front();
  Polynomial rest = a, quotient;
  // Each step removes the leading term; powers of 0/1 atoms collapse, which
  // could undo progress, hence the bound.
  for (size_t fuel = max_terms; !rest.is_zero(); --fuel) {
    const Term &top = rest.terms.front();
    auto atoms = divide(top.atoms, lead.atoms);
    auto coefficient = divide(top.coefficient, lead.coefficient);
    if (!atoms || !coefficient || fuel == 0)
      return std::nullopt;
    Polynomial step{{Term{*coefficient, *atoms}}};
    auto product = multiply(step, b);
    auto next = product ? subtract(rest, *product) : std::nullopt;
    auto sum = add(quotient, step);
    if (!next || !sum)
      return std::nullopt;
    rest = std::move(*next);
    quotient = std::move(*sum);
  }
  return quotient;
}

Polynomial without_constant(Polynomial a) {
  if (!a.terms.empty() && a.terms.back().atoms.empty())
    a.terms.pop_back();
  return a;
}

std::optional<int64_t> content(const Polynomial &a) {
  uint64_t divisor = 0;
  for (const Term &term : a.terms) {
    uint64_t magnitude = term.coefficient < 0 ? -uint64_t(term.coefficient)
                                              : uint64_t(term.coefficient);
    divisor = std::gcd(divisor, magnitude);
  }
  if (divisor > uint64_t(INT64_MAX))
    return std::nullopt;
  return int64_t(divisor);
}

Monomial common_atoms(const Monomial &a, const Monomial &b) {
  Monomial result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(result),
                        [](auto *x, auto *y) { return x->number < y->number; });
  return result;
}

Monomial common_atoms(const Polynomial &a) {
  if (a.is_zero())
    return {};
  Monomial result = a.terms.front().atoms;
  for (const Term &term : a.terms)
    result = common_atoms(result, term.atoms);
  return result;
}

Polynomial divide_atoms(const Polynomial &a, const Monomial &m) {
  Polynomial result = a;
  for (Term &term : result.terms)
    term.atoms = *divide(term.atoms, m);
  return result; // The order is kept: see precedes().
}

} // namespace landfall::ir
