//===- byte_box.cpp - Bytes that an instruction touches -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/byte_box.h"

#include <algorithm>
#include <cassert>

namespace landfall::sim_kit {

std::optional<ByteBox> ByteBox::make(int64_t address, uint64_t run_bytes,
                                     std::span<const Stride> dimensions,
                                     uint64_t memory_bytes) {
  assert(dimensions.size() <= max_box_rank);
  ByteBox box;
  // Counts and strides may be any numbers: 128 bits hold their products.
  __int128 low = address, high = address;
  for (const Stride &d : dimensions) {
    if (d.count == 0)
      return box;
    __int128 length = __int128(d.count - 1) * d.stride;
    (length < 0 ? low : high) += length;
    if (length != 0)
      box.dims_[box.rank_++] = {d.count, d.stride < 0 ? -d.stride : d.stride};
  }
  if (run_bytes == 0)
    return ByteBox();
  high += run_bytes;
  if (low < 0 || high > memory_bytes)
    return std::nullopt;
  box.begin_ = uint64_t(low);
  box.end_ = uint64_t(high);
  box.run_ = run_bytes;
  box.merge_runs();
  return box;
}

/// Rows without a gap between them are one run.
void ByteBox::merge_runs() {
  std::sort(
      dims_.begin(), dims_.begin() + rank_,
      [](const Stride &a, const Stride &b) { return a.stride < b.stride; });
  size_t merged = 0;
  while (merged < rank_ && uint64_t(dims_[merged].stride) <= run_) {
    run_ += (dims_[merged].count - 1) * dims_[merged].stride;
    ++merged;
  }
  std::rotate(dims_.begin(), dims_.begin() + merged, dims_.end());
  rank_ -= merged;
  std::fill(dims_.begin() + rank_, dims_.end(), Stride());
}

uint64_t ByteBox::runs() const {
  uint64_t runs = empty() ? 0 : 1;
  for (size_t d = 0; d < rank_; ++d)
    runs *= dims_[d].count;
  return runs;
}

/// Whether the first `rank` dimensions, with their first byte at `from`, have a
/// byte in [begin, end).
bool ByteBox::touches(size_t rank, uint64_t from, uint64_t begin,
                      uint64_t end) const {
  uint64_t bytes = run_;
  for (size_t d = 0; d < rank; ++d)
    bytes += (dims_[d].count - 1) * dims_[d].stride;
  if (from >= end || from + bytes <= begin)
    return false;
  if (rank == 0 || (from >= begin && from + run_ <= end))
    return true;
  // Only indices whose part reaches into the range.
  const Stride &outer = dims_[rank - 1];
  uint64_t stride = outer.stride;
  uint64_t part = bytes - (outer.count - 1) * stride;
  uint64_t first = begin < from + part ? 0 : (begin - from - part) / stride + 1;
  uint64_t last = std::min(outer.count - 1, (end - 1 - from) / stride);
  for (uint64_t k = first; k <= last; ++k)
    if (touches(rank - 1, from + k * stride, begin, end))
      return true;
  return false;
}

bool ByteBox::any_run_touches(size_t rank, uint64_t from,
                              const ByteBox &other) const {
  if (rank == 0)
    return other.touches(other.rank_, other.begin_, from, from + run_);
  for (uint64_t k = 0; k < dims_[rank - 1].count; ++k)
    if (any_run_touches(rank - 1, from + k * dims_[rank - 1].stride, other))
      return true;
  return false;
}

bool overlaps(const ByteBox &a, const ByteBox &b) {
  if (a.empty() || b.empty() || a.begin_ >= b.end_ || b.begin_ >= a.end_)
    return false;
  const ByteBox &fewer = a.runs() <= b.runs() ? a : b;
  const ByteBox &more = &fewer == &a ? b : a;
  return fewer.any_run_touches(fewer.rank_, fewer.begin_, more);
}

} // namespace landfall::sim_kit
