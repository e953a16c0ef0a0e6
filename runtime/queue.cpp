//===- queue.cpp - What every queue checks and keeps ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"
#include "runtime/launch_check.h"

#include <fmt/format.h>
#include <new>
#include <utility>

namespace landfall::runtime {

Status Queue::keep(Status status) {
  if (failure_.ok())
    failure_ = status;
  return status;
}

Status Queue::write(DeviceSpan destination, const void *source, size_t bytes) {
  TRY(failure_);
  TRY(keep(check_copy(destination, bytes)));
  return keep(do_write(destination, source, bytes));
}

Status Queue::read(void *destination, DeviceSpan source, size_t bytes) {
  TRY(failure_);
  TRY(keep(check_copy(source, bytes)));
  return keep(do_read(destination, source, bytes));
}

Status Queue::copy(DeviceSpan destination, DeviceSpan source, size_t bytes) {
  TRY(failure_);
  TRY(keep(check_copy(destination, bytes)));
  TRY(keep(check_copy(source, bytes)));
  return keep(do_copy(destination, source, bytes));
}

Status Queue::launch(const Executable &executable, uint32_t kernel,
                     std::span<const DeviceSpan> operands,
                     std::span<const int64_t> sizes) {
  TRY(failure_);
  std::span<const Kernel> kernels = executable.descriptions();
  if (kernel >= kernels.size() ||
      operands.size() != kernels[kernel].operands.size() ||
      sizes.size() != kernels[kernel].size_count)
    return keep(
        Error{ErrorCode::device,
              fmt::format("there is no kernel {} with {} operands and {} sizes",
                          kernel, operands.size(), sizes.size())});
  return keep(do_launch(executable, kernel, operands, sizes));
}

Status Queue::wait(Event event) {
  TRY(failure_);
  return keep(do_wait(event));
}

Status Queue::finish() {
  // Called where work must have ended, whatever happens: by destructors too.
  try {
    (void)keep(do_finish());
  } catch (const std::bad_alloc &) {
    failure_ = Error{ErrorCode::out_of_memory, "out of memory"};
  }
  return std::exchange(failure_, Status());
}

} // namespace landfall::runtime
