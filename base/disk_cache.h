//===- disk_cache.h - Results that later processes find again ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A folder of files, each with a key and the value that was computed for it.
// Any number of processes may use one folder at once. A file is complete or not
// there, is found by the hash of its key, and is believed only if it holds the
// whole key and the checksum of both. Nothing here fails: what cannot be
// read or kept is computed again.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace landfall {

class DiskCache {
public:
  static constexpr uint64_t default_limit = uint64_t(512) << 20;

  /// Uses the folder, which is made when something is kept. All files together
  /// have at most about `most_bytes`: those not used for longest are removed.
  explicit DiskCache(std::string folder, uint64_t most_bytes = default_limit);

  /// The user's folder: $LANDFALL_CACHE; else `landfall` in $XDG_CACHE_HOME or
  /// in ~/.cache. Empty if LANDFALL_CACHE is "off", or there is no home.
  static std::string user_folder();

  const std::string &folder() const { return folder_; }

  /// Thread-safe, as is keep().
  std::optional<std::vector<uint8_t>> find(std::span<const uint8_t> key) const;
  void keep(std::span<const uint8_t> key, std::span<const uint8_t> value) const;

  struct Contents {
    uint64_t files = 0;
    uint64_t bytes = 0;
  };
  Contents contents() const;
  /// Removes its files, and nothing else that may be in the folder. Fails if
  /// one cannot be removed.
  Status clear() const;

  /// Whether the folder is there, and nobody but this user can put files into
  /// it: values may be code. Otherwise nothing is found or kept; the same goes
  /// for its parts.
  bool is_private() const;

private:
  std::string part_of(std::string_view name) const;
  bool is_usable(const std::string &part) const;
  void make_room(const std::string &part, const std::string &except) const;

  std::string folder_;
  uint64_t most_bytes_;
};

} // namespace landfall
