//===- memory_pool.h - A cache of device allocations -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <mutex>
#include <vector>

namespace landfall::runtime {

class MemoryPool;

/// The owner of a piece of device memory, shared by shared_ptr. It keeps the
/// pool, and so the device, alive.
class Allocation {
public:
  Allocation(std::shared_ptr<MemoryPool> pool, DeviceMemory memory,
             bool recycled)
      : pool_(std::move(pool)), memory_(memory), recycled_(recycled) {}
  ~Allocation();
  Allocation(const Allocation &) = delete;
  Allocation &operator=(const Allocation &) = delete;

  DeviceMemory memory() const { return memory_; }

private:
  std::shared_ptr<MemoryPool> pool_;
  DeviceMemory memory_;
  bool recycled_; ///< False for wrapped host bytes.
};

/// Caches freed allocations, so that a repeated run neither allocates from the
/// device nor faults in new pages. An Allocation may be destroyed while
/// enqueued work still uses its memory, provided that a single in-order queue
/// does all work on the pool's memory: memory returns to the device only in
/// `trim` and `release_unused`. Thread-safe.
class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
public:
  explicit MemoryPool(std::shared_ptr<Device> device)
      : device_(std::move(device)) {}
  ~MemoryPool();

  /// At least `bytes` of memory with undefined contents.
  Result<std::shared_ptr<Allocation>> allocate(size_t bytes);
  /// Host bytes as device memory without a copy, see Device::wrap.
  Result<std::shared_ptr<Allocation>> wrap(const void *bytes, size_t size);

  /// Returns cached memory to the device; keeps at most as many unused bytes as
  /// the peak use since the call before the previous one. Call when the queue
  /// has finished.
  void trim();
  /// Returns all cached memory to the device. Call when the queue has finished.
  void release_unused();

private:
  friend class Allocation;
  void give_back(DeviceMemory memory);
  std::shared_ptr<Allocation> owned(DeviceMemory memory);

  std::shared_ptr<Device> device_;
  std::mutex mutex_;
  /// Oldest first. There is room for all memory in use too: giving it back
  /// never allocates.
  std::vector<DeviceMemory> unused_;
  size_t in_use_ = 0; ///< Allocations that will be given back.
  size_t unused_bytes_ = 0;
  size_t used_bytes_ = 0;
  size_t peak_bytes_ = 0;      ///< Since the last trim.
  size_t last_peak_bytes_ = 0; ///< In the interval before that.
};

} // namespace landfall::runtime
