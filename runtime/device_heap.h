//===- device_heap.h - Allocating a device's address range -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For drivers of devices with their own memory.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <mutex>

namespace landfall::runtime {

/// A first-fit allocator of an address range [begin, end). Its bookkeeping is
/// on the host; it does not access the memory. Thread-safe.
class DeviceHeap {
public:
  DeviceHeap(uint64_t begin, uint64_t end) : free_{{begin, end - begin}} {}

  /// An address that is a multiple of `alignment` (a power of two, at least
  /// 64). Allocations of zero bytes get distinct addresses, too. Fails with
  /// `out_of_memory`.
  Result<uint64_t> allocate(uint64_t bytes, uint64_t alignment = 64);
  void release(uint64_t address);

private:
  std::mutex mutex_;
  std::map<uint64_t, uint64_t> free_; ///< Bytes by address; never adjacent.
  std::map<uint64_t, uint64_t> used_;
};

} // namespace landfall::runtime
