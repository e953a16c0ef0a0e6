//===- launch.h - A plan's numbers at concrete sizes -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "tile/tile_plan.h"

namespace landfall::tile {

/// An affine form over a scope's variables, in numbers.
struct Form {
  int64_t constant = 0;
  std::vector<int64_t> slopes; ///< By variable.
};

/// A plan and the sizes of one launch; both outlive it.
class Launch {
public:
  Launch(const TilePlan &plan, std::span<const int64_t> sizes)
      : plan_(plan), sizes_(sizes), host_(plan.kernel.nodes.size()) {}

  const TilePlan &plan() const { return plan_; }
  int64_t extent(const Extent &extent) const {
    return extent.constant ? extent.value : sizes_[size_t(extent.value)];
  }
  std::vector<int64_t> extents(const analysis::IndexSpace &space) const;
  int64_t number(const analysis::SizePolynomial &polynomial) const;
  Form form(const analysis::Affine &affine, const Scope &scope) const;
  /// The bits, as in memory, of a value that depends on sizes alone.
  uint64_t host_bits(NodeId id);
  /// A value that depends on sizes and the scope's variables, which have these
  /// values.
  ScalarValue value_at(NodeId id, const Scope &scope,
                       std::span<const int64_t> variables) const;
  /// `unsupported` if an extent is negative, or an operand has 2^31 elements or
  /// more: the chip's integers are of 32 bits.
  Status check() const;

private:
  ScalarValue host_value(NodeId id);

  const TilePlan &plan_;
  std::span<const int64_t> sizes_;
  std::vector<std::optional<ScalarValue>> host_;
};

} // namespace landfall::tile
