//===- newchip_queue.cpp - A queue that does work at once -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/newchip/driver/newchip_queue.h"

#include <cstring>
#include <fmt/format.h>

namespace landfall::newchip {

namespace {

uint8_t *address(runtime::DeviceSpan span) {
  return reinterpret_cast<uint8_t *>(span.memory.handle) + span.offset;
}

} // namespace

Status NewchipQueue::do_write(runtime::DeviceSpan destination,
                              const void *source, size_t bytes) {
  if (bytes > 0)
    std::memcpy(address(destination), source, bytes);
  return {};
}

Status NewchipQueue::do_read(void *destination, runtime::DeviceSpan source,
                             size_t bytes) {
  if (bytes > 0)
    std::memcpy(destination, address(source), bytes);
  return {};
}

Status NewchipQueue::do_copy(runtime::DeviceSpan destination,
                             runtime::DeviceSpan source, size_t bytes) {
  if (bytes > 0)
    std::memmove(address(destination), address(source), bytes);
  return {};
}

Status NewchipQueue::do_launch(const runtime::Executable &executable,
                               uint32_t kernel,
                               std::span<const runtime::DeviceSpan>,
                               std::span<const int64_t>) {
  return Error{ErrorCode::device,
               fmt::format("newchip has no code for kernel '{}'",
                           executable.descriptions()[kernel].name)};
}

} // namespace landfall::newchip
