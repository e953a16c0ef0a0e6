//===- hash.h - A fast 64-bit hash of bytes --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Not cryptographic: for checksums and hash tables.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace landfall {

/// The same on every machine; stored in packages, so it never changes. Any
/// change within one aligned group of 8 bytes changes the result.
uint64_t hash_bytes(std::span<const uint8_t> bytes, uint64_t seed = 0);

/// The hash of many bytes in parts, several times as fast; another number than
/// hash_bytes gives, and stored in packages as well.
class BulkHash {
public:
  /// The bytes, and zeros up to `size`, which is a multiple of `group_bytes`
  /// for all parts but the last.
  void add(std::span<const uint8_t> bytes, size_t size);
  /// Never 0, which stands for no hash.
  uint64_t finish() const;

  static constexpr size_t group_bytes = 32;

private:
  // Independent states: the processor works on all of them at once.
  using Lanes = std::array<uint64_t, group_bytes / 8>;
  Lanes lanes_ = {1, 2, 3, 4};
  uint64_t size_ = 0;
};

} // namespace landfall
