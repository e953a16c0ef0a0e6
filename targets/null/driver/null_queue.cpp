//===- null_queue.cpp - A queue that defers all work ----------------------===//
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

uint8_t *address(runtime::DeviceSpan span) {
  return reinterpret_cast<uint8_t *>(span.memory.handle) + span.offset;
}

} // namespace

Status NullQueue::do_write(runtime::DeviceSpan destination, const void *source,
                           size_t bytes) {
  count_->bytes += bytes;
  auto *from = static_cast<const uint8_t *>(source);
  pending_.push_back([to = address(destination),
                      copy = std::vector(from, from + bytes)]() -> Status {
    std::copy(copy.begin(), copy.end(), to);
    return {};
  });
  return {};
}

Status NullQueue::do_read(void *destination, runtime::DeviceSpan source,
                          size_t bytes) {
  TRY(do_wait(end()));
  count_->bytes += bytes;
  const uint8_t *from = address(source);
  std::copy(from, from + bytes, static_cast<uint8_t *>(destination));
  return {};
}

Status NullQueue::do_copy(runtime::DeviceSpan destination,
                          runtime::DeviceSpan source, size_t bytes) {
  count_->bytes += bytes;
  pending_.push_back(
      [to = address(destination), from = address(source), bytes]() -> Status {
        if (bytes > 0)
          std::memmove(to, from, bytes);
        return {};
      });
  return {};
}

Status NullQueue::do_launch(const runtime::Executable &executable,
                            uint32_t kernel,
                            std::span<const runtime::DeviceSpan> operands,
                            std::span<const int64_t> sizes) {
  std::vector<void *> pointers;
  for (runtime::DeviceSpan operand : operands)
    pointers.push_back(address(operand));
  pending_.push_back([&kernel = executable.descriptions()[kernel], pointers,
                      sizes = std::vector(sizes.begin(), sizes.end()),
                      budget = interpreter_budget(), this] {
    uint64_t steps = 0;
    Status status =
        interpret(kernel, {pointers, sizes}, Precision::exact, &steps, budget);
    count_->steps += steps;
    return status;
  });
  return {};
}

Status NullQueue::do_wait(runtime::Event event) {
  while (done_ < event && !pending_.empty()) {
    Work work = std::move(pending_.front()); // It may throw.
    pending_.pop_front();
    ++done_;
    Status status = is_stopped() ? Status() : work();
    if (!status.ok()) {
      done_ = end();
      pending_.clear();
      return status;
    }
  }
  return {};
}

} // namespace landfall::null
