//===- strided.h - Strided operands in pieces ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace landfall::tile {

/// Operands that are walked together.
inline constexpr size_t max_operands = 4;
using Offsets = std::array<int64_t, max_operands>;

/// One dimension of some operands, with each operand's stride in bytes.
struct StridedDimension {
  int64_t count = 1;
  Offsets strides = {};
};
using StridedDimensions = std::vector<StridedDimension>; ///< Outermost first.

/// Leaves out dimensions of one element and joins those that all operands walk
/// as one.
StridedDimensions collapse(const StridedDimensions &dimensions);

/// Calls `visit` for pieces that have at most `max_rank` dimensions of at most
/// `limit` elements (0: any number), with the operands' offsets in bytes. No
/// call if a count is 0.
using VisitPiece = std::function<void(const Offsets &offsets,
                                      std::span<const StridedDimension>)>;
void for_each_piece(const StridedDimensions &dimensions, int max_rank,
                    int64_t limit, const VisitPiece &visit);

} // namespace landfall::tile
