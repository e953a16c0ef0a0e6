//===- size_node.h - Nodes of symbolic sizes -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to ir/size*.cpp.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/size/size.h"
#include "ir/size/size_polynomial.h"

#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace landfall::ir {

/// An interned expression. Atoms are symbols, two-argument functions, and sums
/// or products kept whole because their coefficients overflow (`opaque`).
struct SizeNode {
  enum class Opaque : uint8_t { no, sum, product };

  SizeKind kind = SizeKind::symbol;
  Opaque opaque = Opaque::no;
  SizeArena *arena = nullptr;
  uint32_t number = 0; ///< In order of creation: the atoms' total order.
  SizeRange range{INT64_MIN, INT64_MAX};
  std::string name;      ///< Symbols only.
  Size args[2];          ///< Functions and opaque nodes.
  Polynomial polynomial; ///< Polynomials that are not opaque.

  bool is_atom() const {
    return kind != SizeKind::polynomial || opaque != Opaque::no;
  }
  /// 0 or 1, so that its powers are itself.
  bool is_boolean() const { return range.low >= 0 && range.high <= 1; }
};

/// The nodes of one SizeContext, each structure once.
class SizeArena {
public:
  Size symbol(std::string_view name, SizeRange range);
  std::optional<Size> find_symbol(std::string_view name) const;
  /// The node for `kind`(a, b) as it stands, without simplification.
  Size function(SizeKind kind, Size a, Size b);
  Size opaque(SizeNode::Opaque kind, Size a, Size b);
  Size from(Polynomial polynomial);
  static Size wrap(const SizeNode *node) { return Size(node); }

private:
  struct Hash {
    size_t operator()(const SizeNode *node) const;
  };
  struct Same {
    bool operator()(const SizeNode *a, const SizeNode *b) const;
  };
  Size intern(SizeNode node);

  std::deque<SizeNode> nodes_;
  std::unordered_set<const SizeNode *, Hash, Same> interned_;
  std::unordered_map<std::string, const SizeNode *> symbols_;
  std::unordered_map<std::string, int> suffixes_; ///< The last one tried.
};

/// The arena of the operand that is not a constant; null if both are constants.
SizeArena *arena_of(Size a, Size b);
Polynomial polynomial_of(Size size);

/// Interval arithmetic; an absent bound is INT64_MIN / INT64_MAX.
SizeRange range_of(const Polynomial &polynomial);
SizeRange range_of(SizeKind kind, SizeRange a, SizeRange b);
SizeRange add_ranges(SizeRange a, SizeRange b);
SizeRange multiply_ranges(SizeRange a, SizeRange b);

/// Floor division and modulus of constants; b != 0, and not MIN / -1.
int64_t floor_divide(int64_t a, int64_t b);
int64_t floor_modulus(int64_t a, int64_t b);

[[noreturn]] void throw_size_overflow();

} // namespace landfall::ir
