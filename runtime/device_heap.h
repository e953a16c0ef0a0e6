//===- device_heap.h - Who has which part of a device's memory -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For drivers of devices that have a memory of their own.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <mutex>

namespace landfall::runtime {

/// Hands out ranges of addresses, lowest first; touches no memory. Thread-safe.
class DeviceHeap {
public:
  DeviceHeap(uint64_t begin, uint64_t end) : free_{{begin, end - begin}} {}

  /// An address that is a multiple of `alignment` (a power of two, 64 at
  /// least). Zero bytes take room too, so that addresses differ.
  Result<uint64_t> allocate(uint64_t bytes, uint64_t alignment = 64);
  void release(uint64_t address);

private:
  std::mutex mutex_;
  std::map<uint64_t, uint64_t> free_; ///< Bytes by address; no two touch.
  std::map<uint64_t, uint64_t> used_;
};

} // namespace landfall::runtime
