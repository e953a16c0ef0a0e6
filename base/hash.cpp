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

void BulkHash::add(std::span<const uint8_t> bytes, size_t size) {
  Lanes lanes = lanes_; // Not in memory: bytes may alias it.
  auto add_group = [&](const uint8_t *group) {
    Lanes words;
    std::memcpy(words.data(), group, group_bytes);
    for (size_t k = 0; k < words.size(); ++k)
      lanes[k] = absorb(lanes[k], words[k]);
  };
  size_t whole = bytes.size() / group_bytes * group_bytes, at = 0;
  for (; at < whole; at += group_bytes)
    add_group(bytes.data() + at);
  for (; at < size; at += group_bytes) {
    uint8_t group[group_bytes] = {};
    if (at < bytes.size())
      std::memcpy(group, bytes.data() + at, bytes.size() - at);
    add_group(group);
  }
  lanes_ = lanes;
  size_ += size;
}

uint64_t BulkHash::finish() const {
  uint64_t state = absorb(0, size_);
  for (uint64_t lane : lanes_)
    state = absorb(state, lane);
  state = absorb(absorb(state, 0), 0);
  return state != 0 ? state : 1;
}

} // namespace landfall
