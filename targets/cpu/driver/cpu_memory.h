//===- cpu_memory.h - Host memory as device memory -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A handle is the address. Addresses are multiples of 16, so that the lowest
// bit is free to mark wrapped memory, which belongs to somebody else.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

namespace landfall::cpu {

Result<runtime::DeviceMemory> allocate_memory(size_t bytes);
Result<runtime::DeviceMemory> wrap_memory(const void *bytes, size_t size);
void release_memory(runtime::DeviceMemory memory);

inline uint8_t *address_of(runtime::DeviceMemory memory) {
  return reinterpret_cast<uint8_t *>(memory.handle & ~uint64_t(1));
}

} // namespace landfall::cpu
