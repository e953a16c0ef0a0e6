//===- null_queue.cpp - Work that waits until it must be done -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/null/driver/null_queue.h"
#include "package/interpreter.h"

#include <algorithm>
#include <cstring>

namespace landfall::null {

namespace {

Result<uint8_t *> address(runtime::DeviceSpan span, size_t bytes) {
  if (span.offset > span.memory.bytes ||
      bytes > span.memory.bytes - span.offset)
    return Error{ErrorCode::device, "a copy reaches outside its device memory"};
  return reinterpret_cast<uint8_t *>(span.memory.handle) + span.offset;
}

} // namespace

Status NullQueue::write(runtime::DeviceSpan destination, const void *source,
                        size_t bytes) {
  uint8_t *to = TRY(address(destination, bytes));
  auto *from = static_cast<const uint8_t *>(source);
  pending_.push_back([to, copy = std::vector(from, from + bytes)]() -> Status {
    std::copy(copy.begin(), copy.end(), to);
    return {};
  });
  return {};
}

Status NullQueue::read(void *destination, runtime::DeviceSpan source,
                       size_t bytes) {
  uint8_t *from = TRY(address(source, bytes));
  TRY(wait(done_ + pending_.size()));
  std::copy(from, from + bytes, static_cast<uint8_t *>(destination));
  return {};
}

Status NullQueue::copy(runtime::DeviceSpan destination,
                       runtime::DeviceSpan source, size_t bytes) {
  uint8_t *to = TRY(address(destination, bytes));
  uint8_t *from = TRY(address(source, bytes));
  pending_.push_back([to, from, bytes]() -> Status {
    std::memmove(to, from, bytes);
    return {};
  });
  return {};
}

Status NullQueue::launch(const runtime::Executable &executable, uint32_t kernel,
                         std::span<const runtime::DeviceSpan> operands,
                         std::span<const int64_t> sizes) {
  auto &kernels = static_cast<const NullExecutable &>(executable).kernels;
  if (kernel >= kernels.size())
    return Error{ErrorCode::device, "there is no such kernel"};
  std::vector<void *> pointers;
  for (runtime::DeviceSpan operand : operands)
    pointers.push_back(TRY(address(operand, 0)));
  pending_.push_back([&kernel = kernels[kernel], pointers,
                      sizes = std::vector(sizes.begin(), sizes.end())] {
    return interpret(kernel, {pointers, sizes});
  });
  return {};
}

Status NullQueue::wait(runtime::Event event) {
  size_t count =
      std::min<size_t>(event > done_ ? event - done_ : 0, pending_.size());
  for (size_t i = 0; i < count && failure_.ok(); ++i)
    failure_ = pending_[i]();
  pending_.erase(pending_.begin(), pending_.begin() + count);
  done_ += count;
  return failure_;
}

Status NullQueue::finish() {
  Status result = wait(done_ + pending_.size());
  failure_ = {};
  return result;
}

} // namespace landfall::null
