//===- hash.cpp - A fast 64-bit hash of bytes -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/hash.h"

#include <bit>
#include <cstring>

namespace landfall {
namespace {

constexpr uint64_t odd_factor = 0x9e3779b97f4a7c15; // 2^64 / golden ratio

/// A bijection in `state` for each word, and in `word` for each state.
uint64_t absorb(uint64_t state, uint64_t word) {
  state = (std::rotl(state, 29) ^ word) * odd_factor;
  return state ^ (state >> 32);
}

} // namespace

uint64_t hash_bytes(std::span<const uint8_t> bytes, uint64_t seed) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t state = absorb(seed, bytes.size());
  while (!bytes.empty()) {
    uint64_t word = 0;
    size_t taken = bytes.size() < 8 ? bytes.size() : 8;
    std::memcpy(&word, bytes.data(), taken);
    state = absorb(state, word);
    bytes = bytes.subspan(taken);
  }
  return absorb(absorb(state, 0), 0);
}

} // namespace landfall
