//===- product_operands.h - Factors on their way to the unit ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"

#include <list>

namespace landfall::tile {

/// Memory of a space, in which neighbours share no watched block: one would
/// wait for the other.
Arena product_arena(const Stream &stream, Space space);

/// Loads or computes the factors of one stream's products.
class ProductOperands {
public:
  explicit ProductOperands(Stream &stream);

  /// A factor as a dense matrix over the variables, outermost first, in the
  /// unit's memory.
  Array get(const Region &region, const SidePlan &side, DType type,
            const std::vector<uint32_t> &variables, Arena &arena);

private:
  /// A part of a factor: which side, and where it begins.
  struct Cached {
    std::vector<int64_t> key;
    Array array;
  };

  Array staged(const Region &region, const SidePlan &side, DType type,
               const std::vector<uint32_t> &variables);
  Array new_staged(const Region &region, const SidePlan &side, DType type,
                   const std::vector<uint32_t> &variables);
  bool drop_oldest();
  Array boxed(const OperandBox &box, const Region &region, const SidePlan &side,
              DType type, const std::vector<uint32_t> &variables);
  void load_direct(const Region &region, const SidePlan &side,
                   const Array &array);
  Padding padding_of(const SidePlan &side);
  std::vector<uint32_t> in_memory_order(const SidePlan &side,
                                        std::vector<uint32_t> variables) const;
  void compute(const Region &region, const SidePlan &side,
               const std::vector<uint32_t> &variables,
               const Array &destination);
  bool is_left(const SidePlan &side) const { return &side == &product_.left; }

  Stream &stream_;
  const TilePlan &plan_;
  const ProductPlan &product_;
  std::array<std::vector<BoxSide>, 2> sides_; ///< Of right and left.
  Arena staging_;
  std::array<std::optional<Array>, 2> others_; ///< Of right and left.
  std::list<Cached> cache_; ///< In `staging_`, the longest unused first.
};

} // namespace landfall::tile
