//===- direct_queue.cpp - A queue that copies at once ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/direct_queue.h"

#include <cstring>

namespace landfall::card {

Status DirectQueue::do_write(runtime::DeviceSpan destination,
                             const void *source, size_t bytes) {
  if (bytes > 0)
    std::memcpy(memory_->host(address_of(destination)), source, bytes);
  return {};
}

Status DirectQueue::do_read(void *destination, runtime::DeviceSpan source,
                            size_t bytes) {
  if (bytes > 0)
    std::memcpy(destination, memory_->host(address_of(source)), bytes);
  return {};
}

Status DirectQueue::do_copy(runtime::DeviceSpan destination,
                            runtime::DeviceSpan source, size_t bytes) {
  if (bytes > 0)
    std::memmove(memory_->host(address_of(destination)),
                 memory_->host(address_of(source)), bytes);
  return {};
}

} // namespace landfall::card
