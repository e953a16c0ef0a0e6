//===- strided.cpp - Strided operands in pieces ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/strided.h"

#include <algorithm>

namespace landfall::tile {

namespace {

bool joins(const StridedDimension &outer, const StridedDimension &inner) {
  for (size_t k = 0; k < max_operands; ++k)
    if (outer.strides[k] != inner.strides[k] * inner.count)
      return false;
  return true;
}

class Pieces {
public:
  Pieces(int max_rank, int64_t limit, const VisitPiece &visit)
      : max_rank_(size_t(max_rank)), limit_(limit), visit_(visit) {}

  void walk(std::span<const StridedDimension> dims, const Offsets &offsets) {
    auto longest = std::ranges::max_element(
        dims, {}, [](const StridedDimension &d) { return d.count; });
    if (limit_ > 0 && longest != dims.end() && longest->count > limit_)
      return cut(dims, size_t(longest - dims.begin()), limit_, offsets);
    if (dims.size() <= max_rank_)
      return visit_(offsets, dims);
    // The shortest dimension is walked here.
    auto shortest = std::ranges::min_element(
        dims, {}, [](const StridedDimension &d) { return d.count; });
    cut(dims, size_t(shortest - dims.begin()), 1, offsets);
  }

private:
  /// Walks parts of one dimension that have `size` elements or less.
  void cut(std::span<const StridedDimension> dims, size_t which, int64_t size,
           const Offsets &offsets) {
    StridedDimension whole = dims[which];
    for (int64_t first = 0; first < whole.count; first += size) {
      StridedDimensions part(dims.begin(), dims.end());
      part[which].count = std::min(size, whole.count - first);
      if (part[which].count == 1)
        part.erase(part.begin() + ptrdiff_t(which));
      Offsets moved = offsets;
      for (size_t k = 0; k < max_operands; ++k)
        moved[k] += first * whole.strides[k];
      walk(part, moved);
    }
  }

  size_t max_rank_;
  int64_t limit_;
  const VisitPiece &visit_;
};

} // namespace

StridedDimensions collapse(const StridedDimensions &dimensions) {
  StridedDimensions result;
  for (const StridedDimension &dim : dimensions) {
    if (dim.count == 1)
      continue;
    if (!result.empty() && joins(result.back(), dim)) {
      int64_t count = result.back().count * dim.count;
      result.back() = dim;
      result.back().count = count;
    } else {
      result.push_back(dim);
    }
  }
  return result;
}

void for_each_piece(const StridedDimensions &dimensions, int max_rank,
                    int64_t limit, const VisitPiece &visit) {
  for (const StridedDimension &dim : dimensions)
    if (dim.count <= 0)
      return;
  Pieces(max_rank, limit, visit).walk(collapse(dimensions), {});
}

} // namespace landfall::tile
