//===- heap.h - Who has which part of the card's DRAM ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <mutex>

namespace landfall::reef {

/// Hands out ranges of addresses, lowest first; touches no memory. Thread-safe.
class Heap {
public:
  Heap(uint64_t begin, uint64_t end) : free_{{begin, end - begin}} {}

  /// An address that is a multiple of `alignment` (a power of two, 64 at
  /// least). Zero bytes take room too, so that addresses differ.
  Result<uint64_t> allocate(uint64_t bytes, uint64_t alignment = 64);
  void release(uint64_t address);

private:
  std::mutex mutex_;
  std::map<uint64_t, uint64_t> free_; ///< Bytes by address; no two touch.
  std::map<uint64_t, uint64_t> used_;
};

} // namespace landfall::reef
