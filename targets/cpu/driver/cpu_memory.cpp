//===- cpu_memory.cpp - Host memory as device memory ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/cpu_memory.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/mman.h>

namespace landfall::cpu {

namespace {

constexpr size_t line = 64;
constexpr size_t huge_page = size_t(2) << 20;
constexpr size_t wrap_alignment = 16;
/// The largest allocation: above any machine's memory, and so small that sums
/// cannot overflow.
constexpr size_t memory_limit = size_t(1) << 47;

} // namespace

Result<runtime::DeviceMemory> allocate_memory(size_t bytes) {
  // Large blocks get huge pages where the system has them: fewer page faults
  // at first use and fewer misses of the translation cache later.
  size_t alignment = bytes >= 2 * huge_page ? huge_page : line;
  void *memory = nullptr;
  if (bytes <= memory_limit) {
    size_t wanted = std::max<size_t>(bytes, 1);
    size_t rounded = (wanted + alignment - 1) / alignment * alignment;
    memory = std::aligned_alloc(alignment, rounded);
    if (memory && alignment == huge_page)
      madvise(memory, rounded, MADV_HUGEPAGE);
  }
  if (!memory)
    return Error{ErrorCode::out_of_memory,
                 fmt::format("there is no memory for {} bytes", bytes)};
  return runtime::DeviceMemory{reinterpret_cast<uint64_t>(memory), bytes};
}

Result<runtime::DeviceMemory> wrap_memory(const void *bytes, size_t size) {
  auto address = reinterpret_cast<uint64_t>(bytes);
  if (address == 0 || address % wrap_alignment != 0)
    return Error{ErrorCode::unsupported, "the bytes are not aligned"};
  return runtime::DeviceMemory{address | 1, size};
}

void release_memory(runtime::DeviceMemory memory) {
  bool is_wrapped = memory.handle & 1;
  if (!is_wrapped)
    std::free(address_of(memory));
}

} // namespace landfall::cpu
