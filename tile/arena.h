//===- arena.h - The tiler's memory in one space ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/engine_backend.h"

#include <map>
#include <memory>
#include <optional>

namespace landfall::tile {

/// Allocates on-chip memory. Next fit: each allocation begins behind the last
/// one, so that memory is reused as late as possible and the tiles that follow
/// one another lie in different places.
class Arena {
public:
  Arena(Space space, int64_t bytes, int64_t alignment, int64_t first = 0);
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;

  /// No more than so many bytes are handed out at a time.
  void limit(int64_t bytes) { limit_ = bytes; }
  /// Memory, which is free again when the last copy is gone; null: there is not
  /// enough. The arena must outlive it.
  std::shared_ptr<const Place> allocate(int64_t bytes);
  int64_t bytes() const { return bytes_; }

private:
  std::optional<int64_t> find(int64_t from, int64_t to, int64_t bytes) const;
  void release(int64_t offset);

  Space space_;
  int64_t bytes_, alignment_, first_, limit_;
  int64_t next_, used_ = 0;
  std::map<int64_t, int64_t> taken_; ///< Begin to end.
};

} // namespace landfall::tile
