//===- cpu_memory.h - Host memory as device memory -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A handle is the address. As addresses are multiples of 16, the lowest bit
// marks wrapped memory, which is not freed.
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
