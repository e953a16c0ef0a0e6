//===- arena.cpp - The tiler's memory in one space ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/arena.h"

#include <algorithm>

namespace landfall::tile {

Arena::Arena(Space space, int64_t bytes, int64_t alignment, int64_t first)
    : space_(space), bytes_(bytes - first), alignment_(alignment),
      first_(first), limit_(bytes), next_(first) {}

/// The first hole of `bytes` that begins in [from, to).
std::optional<int64_t> Arena::find(int64_t from, int64_t to,
                                   int64_t bytes) const {
  int64_t at = from;
  auto block = taken_.upper_bound(from);
  if (block != taken_.begin())
    at = std::max(at, std::prev(block)->second);
  for (; block != taken_.end() && block->first - at < bytes; ++block)
    at = block->second;
  bool fits = at < to && at + bytes <= first_ + bytes_;
  return fits ? std::optional(at) : std::nullopt;
}

std::shared_ptr<const Place> Arena::allocate(int64_t bytes) {
  bytes = (std::max<int64_t>(bytes, 1) + alignment_ - 1) & -alignment_;
  if (used_ + bytes > limit_)
    return nullptr;
  std::optional<int64_t> at = find(next_, first_ + bytes_, bytes);
  if (!at)
    at = find(first_, next_, bytes);
  if (!at)
    return nullptr;
  taken_[*at] = *at + bytes;
  used_ += bytes;
  next_ = *at + bytes;
  return {new Place{space_, *at}, [this](const Place *place) {
            release(place->offset);
            delete place;
          }};
}

void Arena::release(int64_t offset) {
  auto block = taken_.find(offset);
  used_ -= block->second - block->first;
  taken_.erase(block);
}

} // namespace landfall::tile
