//===- size_polynomial.h - Polynomials over size atoms ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The arithmetic below the normal form of ir/size/size.h. Every function that
// can overflow int64 (or grow past these limits) returns nullopt instead.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace landfall::ir {

struct SizeNode;

/// A product of atoms, sorted by their number; repeated for powers.
using Monomial = std::vector<const SizeNode *>;

struct Term {
  int64_t coefficient;
  Monomial atoms;
  friend bool operator==(const Term &, const Term &) = default;
};

/// A sum of terms in decreasing order (degree first, then the atoms'
/// numbers), with distinct monomials and no zero coefficient; the constant
/// term is last. Zero has no terms.
struct Polynomial {
  std::vector<Term> terms;

  static Polynomial of(int64_t constant);
  static Polynomial of(const SizeNode *atom);
  bool is_zero() const { return terms.empty(); }
  bool is_constant() const {
    return terms.empty() || (terms.size() == 1 && terms[0].atoms.empty());
  }
  int64_t constant_term() const {
    return terms.empty() || !terms.back().atoms.empty()
               ? 0
               : terms.back().coefficient;
  }
  friend bool operator==(const Polynomial &, const Polynomial &) = default;
};

inline constexpr size_t max_terms = 64, max_degree = 32;

std::optional<Polynomial> add(const Polynomial &a, const Polynomial &b);
std::optional<Polynomial> subtract(const Polynomial &a, const Polynomial &b);
std::optional<Polynomial> scale(const Polynomial &a, int64_t factor);
std::optional<Polynomial> multiply(const Polynomial &a, const Polynomial &b);

/// The q with a = q * b, if there is one.
std::optional<Polynomial> divide_exactly(const Polynomial &a,
                                         const Polynomial &b);

/// `a` without its constant term.
Polynomial without_constant(Polynomial a);

/// The greatest common divisor of the coefficients (0 for zero); nullopt where
/// it is 2^63.
std::optional<int64_t> content(const Polynomial &a);

/// The atoms that divide every term of `a` (with multiplicity).
Monomial common_atoms(const Polynomial &a);
Monomial common_atoms(const Monomial &a, const Monomial &b);
/// `a` with the atoms of `m`, which divide each term, taken out.
Polynomial divide_atoms(const Polynomial &a, const Monomial &m);

} // namespace landfall::ir
