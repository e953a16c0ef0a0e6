//===- heap_device.h - A device whose driver keeps its memory --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"
#include "runtime/device_heap.h"

namespace landfall::card {

/// Handles are addresses of the device's own memory, which the host does not
/// access but through queues.
class HeapDevice : public runtime::Device {
public:
  Result<runtime::DeviceMemory> allocate(size_t bytes) override {
    return runtime::DeviceMemory{TRY(heap_->allocate(bytes)), bytes};
  }
  void release(runtime::DeviceMemory memory) override {
    heap_->release(memory.handle);
  }
  void *host_address(runtime::DeviceMemory) override { return nullptr; }
  Result<runtime::DeviceMemory> wrap(const void *, size_t) override {
    return Error{ErrorCode::unsupported, "a card has memory of its own"};
  }

protected:
  /// The heap outlives the device.
  explicit HeapDevice(runtime::DeviceHeap &heap) : heap_(&heap) {}

private:
  runtime::DeviceHeap *heap_;
};

} // namespace landfall::card
