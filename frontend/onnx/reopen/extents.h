//===- extents.h - Sizes at the exported and at other sizes -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/size/size.h"

#include <bitset>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace landfall::frontend {

using ir::Shape;
using ir::Size;

/// The extents of a model that is reopened: which symbols are free, what sizes
/// are worth at the exported size and at some others, the probes, and how
/// extents were made from each other.
class Extents {
public:
  /// The first probes are multiples of the exported size, so that whatever
  /// divided the exported extents divides these; the others are odd sizes near
  /// and above it. Every probe changes every free extent.
  static constexpr int multiples = 4, probes = 8;
  using Probes = std::bitset<probes>;
  static Probes all_multiples() { return Probes((1 << multiples) - 1); }

  /// A free symbol; `exported`: its value in the model's file.
  void open(Size symbol, int64_t exported);

  /// Whether the size depends on free symbols, and on no others.
  bool is_open(Size size) const;
  /// The value at the exported size; nullopt if it depends on what only a run
  /// has.
  std::optional<int64_t> exported(Size size) const;
  /// The same at a probe.
  std::optional<int64_t> at(int probe, Size size) const;

  //===--- The extents that the model has met -----------------------------===//
  void see(const Shape &shape);
  /// The open extents met so far with this exported value, oldest first.
  std::vector<Size> with_value(int64_t exported) const;
  /// Those that depend on the same symbols as `like`.
  std::vector<Size> with_value(int64_t exported, Size like) const;
  std::vector<Size> free_symbols() const;
  /// The exported extents of the model's inputs that are free.
  std::vector<int64_t> opened() const;
  /// The exported values of products of free extents that were met, and of any
  /// two of them that depend on different inputs' extents.
  std::vector<int64_t> products() const;
  /// How many sizes were met, constant ones too.
  size_t met_count() const { return met_.size() + met_constants_.size(); }
  /// The exported values of the open extents met, and the constant extents.
  const std::set<int64_t> &met_values() const { return met_values_; }
  const std::set<int64_t> &met_constants() const { return met_constants_; }
  /// What inputs' extents are of extents met that depend on them alone: whole
  /// numbers above 1 that are the same at all multiples.
  std::vector<int64_t> strides() const;

  //===--- How they were made ---------------------------------------------===//
  /// `whole` is the product of these factors, the slowest index first, of at
  /// least two.
  void note_product(Size whole, const Shape &factors);
  /// The factors of an extent: itself, if it is not a product. nullopt if
  /// products of these factors were made in more than one order.
  std::optional<Shape> factors(Size whole) const;
  /// `whole` is the sum of these pieces, in this order.
  void note_sum(Size whole, const Shape &pieces);
  /// The pieces of an extent: itself, if it is not a sum.
  std::optional<Shape> pieces(Size whole) const;

private:
  struct Symbol {
    Size symbol;
    int64_t exported;
  };
  /// Made in one way, or (nullopt) in several.
  using Makings = std::map<const ir::SizeNode *, std::optional<Shape>>;
  static void note(Makings &makings, Size whole, const Shape &parts);
  static std::optional<Shape> parts(const Makings &makings, Size whole);
  std::optional<int64_t> evaluate(Size size, int probe) const;

  std::vector<Symbol> symbols_;
  std::vector<Size> met_;
  std::set<int64_t> met_values_, met_constants_;
  Makings products_, sums_;
};

} // namespace landfall::frontend
