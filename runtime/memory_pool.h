//===- memory_pool.h - Device memory that is used again --------*- C++ -*-===//
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

/// Sole owner of a piece of device memory; hand it around by shared_ptr. It
/// keeps the pool, and through it the device, alive.
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

/// Caches the memory of dropped allocations, so that a repeated run neither
/// asks the device for memory nor touches pages for the first time. Memory may
/// be dropped while enqueued work still uses it, provided that one in-order
/// queue does all the work on the pool's memory: only `trim` and
/// `release_unused` give it back to the device. Thread-safe.
class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
public:
  explicit MemoryPool(std::shared_ptr<Device> device)
      : device_(std::move(device)) {}
  ~MemoryPool();

  /// At least `bytes` of memory with undefined contents.
  Result<std::shared_ptr<Allocation>> allocate(size_t bytes);
  /// Host bytes as device memory without a copy, see Device::wrap.
  Result<std::shared_ptr<Allocation>> wrap(const void *bytes, size_t size);

  /// Call when the queue has finished. Keeps at most as many unused bytes as
  /// were in use at once between the last two calls.
  void trim();
  /// Call when the queue has finished: keeps nothing.
  void release_unused();

private:
  friend class Allocation;
  void give_back(DeviceMemory memory);

  std::shared_ptr<Device> device_;
  std::mutex mutex_;
  std::vector<DeviceMemory> unused_; ///< Oldest first.
  size_t unused_bytes_ = 0;
  size_t used_bytes_ = 0;
  size_t peak_bytes_ = 0;      ///< Since the last trim.
  size_t last_peak_bytes_ = 0; ///< In the interval before that.
};

} // namespace landfall::runtime
