//===- device_heap.cpp - Allocating a device's address range --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device_heap.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

constexpr uint64_t unit = 64;

uint64_t round_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

} // namespace

Result<uint64_t> DeviceHeap::allocate(uint64_t bytes, uint64_t alignment) {
  constexpr uint64_t most = uint64_t(1) << 48;
  uint64_t wanted = round_up(std::clamp<uint64_t>(bytes, 1, most), unit);
  std::lock_guard lock(mutex_);
  uint64_t left = 0;
  for (auto [address, size] : free_) {
    left += size;
    uint64_t begin = round_up(address, alignment);
    if (begin - address > size || wanted > size - (begin - address))
      continue;
    std::map<uint64_t, uint64_t> pieces; // First: `new` may throw.
    if (begin > address)
      pieces[address] = begin - address;
    if (address + size > begin + wanted)
      pieces[begin + wanted] = address + size - (begin + wanted);
    used_[begin] = wanted;
    free_.erase(address);
    free_.merge(pieces);
    return begin;
  }
  return Error{ErrorCode::out_of_memory,
               fmt::format("the device has no room for {} bytes; {} are free{}",
                           bytes, left,
                           left < wanted ? "" : ", though not in one piece")};
}

void DeviceHeap::release(uint64_t address) {
  std::lock_guard lock(mutex_);
  auto found = used_.find(address);
  if (found == used_.end())
    return;
  uint64_t end = address + found->second;
  auto node = used_.extract(found); // Used again: a release must not allocate.
  auto after = free_.lower_bound(address);
  if (after != free_.end() && after->first == end) {
    end += after->second;
    after = free_.erase(after);
  }
  if (after != free_.begin()) {
    auto before = std::prev(after);
    if (before->first + before->second == address) {
      before->second = end - before->first;
      return;
    }
  }
  node.mapped() = end - address;
  free_.insert(std::move(node));
}

} // namespace landfall::runtime
