//===- affine.h - Index arithmetic of a kernel ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Reads the index expressions of a block as affine forms over its parameters,
// with polynomials over the run-time sizes as coefficients. Equal polynomials
// are equal objects, so that strides can be compared while compiling.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace landfall::analysis {

/// A polynomial over size parameters with wrapping i64 coefficients.
class SizePolynomial {
public:
  /// Size parameters, sorted, with repetition; empty: the constant term.
  using Monomial = std::vector<uint32_t>;

  SizePolynomial() = default;
  SizePolynomial(int64_t constant);
  static SizePolynomial parameter(uint32_t number);
  static SizePolynomial of(const Extent &extent);

  const std::map<Monomial, int64_t> &terms() const { return terms_; }
  bool is_zero() const { return terms_.empty(); }
  std::optional<int64_t> constant() const;

  SizePolynomial operator+(const SizePolynomial &other) const;
  SizePolynomial operator-(const SizePolynomial &other) const;
  SizePolynomial operator*(const SizePolynomial &other) const;
  friend bool operator==(const SizePolynomial &,
                         const SizePolynomial &) = default;

private:
  void add(const Monomial &monomial, int64_t coefficient);
  std::map<Monomial, int64_t> terms_; ///< No zero coefficients.
};

/// constant + sum over variables of coefficient * variable.
struct Affine {
  SizePolynomial constant;
  std::map<uint32_t, SizePolynomial> terms; ///< No zero coefficients.

  SizePolynomial coefficient(uint32_t variable) const;
  bool uses(uint32_t variable) const { return terms.contains(variable); }
  Affine operator+(const Affine &other) const;
  Affine operator-(const Affine &other) const;
  Affine operator*(const SizePolynomial &factor) const;
};

/// As text: sizes are s0, s1, ..., variables i0, i1, ...
std::string print(const SizePolynomial &polynomial);
std::string print(const Affine &form);

/// The variables of one block: its index parameters and their extents.
struct IndexSpace {
  std::vector<NodeId> params;
  std::vector<Extent> extents;
};

/// Reads i64 nodes as affine forms over the block's indices. Indices of extent
/// 1 read as 0.
class AffineReader {
public:
  AffineReader(const Kernel &kernel, const IndexSpace &space)
      : kernel_(kernel), space_(space) {}

  /// Nothing if the node is not affine.
  std::optional<Affine> read(NodeId node) const;
  /// The offset in elements of a load or store in its operand; without what the
  /// indices of the dimensions `except` add.
  std::optional<Affine> offset(const Node &access,
                               std::initializer_list<size_t> except = {}) const;
  /// Affine forms f such that the bool node is true if and only if all f >= 0;
  /// those that are always >= 0 are left out. Nothing if the node is not a
  /// conjunction of affine comparisons.
  std::optional<std::vector<Affine>> conditions(NodeId node) const;

private:
  std::optional<Affine> read_scalar(const Node &node) const;
  bool always_holds(const Affine &condition) const;

  const Kernel &kernel_;
  const IndexSpace &space_;
};

} // namespace landfall::analysis
