//===- product_sums.h - From the matrix unit to the body -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/evaluator.h"

namespace landfall::tile {

/// Of a tile, in the accumulator's memory: sums of products, and of a factor
/// alone where the other one has a zero point (SidePlan::zero).
struct ProductSums {
  Array products;
  std::optional<Array> left, right;
};

/// The first point of a scope.
Region one_point(const Scope &scope);

/// A value of the factors' scope over a region, computed by `steps`.
Array value_in(Stream &stream, NodeId value, const std::vector<Step> &steps,
               const Region &region);

/// A contraction's sum in `tile`, a part of the tile `whole`, in the vector
/// space. With zero points it is
///   products - zero of right * left - zero of left * (right - depth * zero of
///   right)
/// where left and right are sums of a factor alone.
Array sum_in(Stream &stream, const ProductSums &sums, const Region &whole,
             const Region &tile);

} // namespace landfall::tile
