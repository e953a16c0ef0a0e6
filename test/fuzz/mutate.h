//===- mutate.h - Damaging bytes at random ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace landfall::fuzz {

using Bytes = std::vector<uint8_t>;
using Random = std::mt19937_64;

/// Below `limit`, which is above 0.
inline size_t below(Random &random, size_t limit) { return random() % limit; }

/// A part of `bytes`, at most 64 long; may be empty.
inline Bytes piece(Random &random, const Bytes &bytes) {
  if (bytes.empty())
    return {};
  size_t start = below(random, bytes.size());
  size_t count = std::min(below(random, 65), bytes.size() - start);
  return {bytes.begin() + start, bytes.begin() + start + count};
}

inline void overwrite(Bytes &bytes, size_t at, const Bytes &with) {
  for (size_t k = 0; k < with.size() && at + k < bytes.size(); ++k)
    bytes[at + k] = with[k];
}

/// Bytes that length fields, counts and enumerators read badly.
inline Bytes trouble(Random &random) {
  switch (below(random, 6)) {
  case 0:
    return {0xff, 0xff, 0xff, 0xff, 0x0f}; // 2^32 - 1 as a varint.
  case 1:
    return {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}; // -1.
  case 2:
    return {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
  case 3:
    return Bytes(8, 0xff);
  case 4:
    return {0, 0, 0, 0, 0, 0, 0, 0x80}; // The lowest int64.
  default:
    return Bytes(8, 0);
  }
}

/// Damages `bytes` once: in place, longer or shorter. `other` is a file to
/// borrow from.
inline void mutate(Random &random, Bytes &bytes, const Bytes &other) {
  if (bytes.empty())
    bytes.push_back(0);
  size_t at = below(random, bytes.size());
  auto insert = [&](const Bytes &what) {
    bytes.insert(bytes.begin() + at, what.begin(), what.end());
  };
  switch (below(random, 9)) {
  case 0:
    bytes[at] ^= uint8_t(1u << below(random, 8));
    break;
  case 1:
    bytes[at] = uint8_t(random());
    break;
  case 2: // Small steps keep lengths and numbers almost right.
    bytes[at] += random() % 2 ? 1 : -1;
    break;
  case 3:
    overwrite(bytes, at, trouble(random));
    break;
  case 4:
    insert(trouble(random));
    break;
  case 5:
    insert(piece(random, bytes));
    break;
  case 6:
    overwrite(bytes, at, piece(random, other));
    break;
  case 7: {
    size_t count = std::min(below(random, 65), bytes.size() - at);
    bytes.erase(bytes.begin() + at, bytes.begin() + at + count);
    break;
  }
  default:
    bytes.resize(at);
  }
}

} // namespace landfall::fuzz
