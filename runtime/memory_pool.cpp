//===- memory_pool.cpp - A cache of device allocations --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/memory_pool.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace landfall::runtime {

namespace {

constexpr size_t unused_limit = 256;

/// Rounds up to one of eight sizes an octave, so that nearly equal requests
/// share memory at a cost of at most an eighth.
size_t size_class(size_t bytes) {
  if (bytes <= 512)
    return std::max<size_t>(64, (bytes + 63) / 64 * 64);
  size_t step = std::bit_floor(bytes - 1) / 8;
  if (bytes > std::numeric_limits<size_t>::max() - step)
    return bytes;
  return (bytes + step - 1) / step * step;
}

} // namespace

Allocation::~Allocation() {
  if (recycled_)
    pool_->give_back(memory_);
  else
    pool_->device_->release(memory_);
}

MemoryPool::~MemoryPool() { release_unused(); }

Result<std::shared_ptr<Allocation>> MemoryPool::allocate(size_t bytes) {
  size_t wanted = size_class(bytes);
  std::unique_lock lock(mutex_);
  unused_.reserve(unused_.size() + in_use_ + 1);
  ++in_use_;
  used_bytes_ += wanted;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  auto found = std::find_if(unused_.rbegin(), unused_.rend(),
                            [&](DeviceMemory m) { return m.bytes == wanted; });
  if (found != unused_.rend()) {
    DeviceMemory memory = *found;
    unused_.erase(std::next(found).base());
    unused_bytes_ -= wanted;
    lock.unlock();
    return owned(memory);
  }
  lock.unlock();
  Result<DeviceMemory> memory = device_->allocate(wanted);
  if (!memory) {
    lock.lock();
    --in_use_;
    used_bytes_ -= wanted;
    return memory.take_error();
  }
  return owned(*memory);
}

std::shared_ptr<Allocation> MemoryPool::owned(DeviceMemory memory) {
  try {
    return std::make_shared<Allocation>(shared_from_this(), memory, true);
  } catch (const std::bad_alloc &) {
    give_back(memory);
    throw;
  }
}

void MemoryPool::release_unused() {
  std::lock_guard lock(mutex_);
  for (DeviceMemory memory : unused_)
    device_->release(memory);
  unused_.clear();
  unused_bytes_ = 0;
}

Result<std::shared_ptr<Allocation>> MemoryPool::wrap(const void *bytes,
                                                     size_t size) {
  DeviceMemory memory = TRY(device_->wrap(bytes, size));
  try {
    return std::make_shared<Allocation>(shared_from_this(), memory, false);
  } catch (const std::bad_alloc &) {
    device_->release(memory);
    throw;
  }
}

void MemoryPool::give_back(DeviceMemory memory) {
  std::lock_guard lock(mutex_);
  --in_use_;
  used_bytes_ -= memory.bytes;
  unused_bytes_ += memory.bytes;
  unused_.push_back(memory);
}

void MemoryPool::trim() {
  std::lock_guard lock(mutex_);
  size_t limit = std::max(peak_bytes_, last_peak_bytes_);
  last_peak_bytes_ = peak_bytes_;
  peak_bytes_ = used_bytes_;
  size_t count = 0;
  while (unused_bytes_ > limit || unused_.size() - count > unused_limit) {
    unused_bytes_ -= unused_[count].bytes;
    device_->release(unused_[count++]);
  }
  unused_.erase(unused_.begin(), unused_.begin() + count);
}

} // namespace landfall::runtime
