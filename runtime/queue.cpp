//===- queue.cpp - What every queue checks and keeps ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"
#include "runtime/host_launcher.h"
#include "runtime/launch_check.h"

#include <chrono>
#include <fmt/format.h>
#include <new>
#include <utility>

namespace landfall::runtime {

Queue::Queue() = default;
Queue::~Queue() = default;

InterpreterBudget Queue::interpreter_budget() const {
  InterpreterBudget budget;
  budget.stop = stop_;
  if (step_limit_ > 0)
    budget.steps = step_limit_;
  return budget;
}

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
  refusal_.clear();
  std::span<const Kernel> kernels = executable.descriptions();
  if (kernel >= kernels.size() ||
      operands.size() != kernels[kernel].operands.size() ||
      sizes.size() != kernels[kernel].size_count)
    return keep(
        Error{ErrorCode::device,
              fmt::format("there is no kernel {} with {} operands and {} sizes",
                          kernel, operands.size(), sizes.size())});
  if (executable.on_host(kernel))
    return keep(launch_on_host(executable, kernel, operands, sizes));
  Status launched = do_launch(executable, kernel, operands, sizes);
  if (!launched && launched.error().code == ErrorCode::unsupported &&
      executable.may_refuse_sizes())
    launched =
        launch_refused(executable, kernel, operands, sizes, launched.error());
  return keep(std::move(launched));
}

Status Queue::launch_refused(const Executable &executable, uint32_t kernel,
                             std::span<const DeviceSpan> operands,
                             std::span<const int64_t> sizes, Error why) {
  if (executable.requires_target_) {
    why.message = fmt::format(
        "the device does not run its kernel at these sizes, because {}; allow "
        "the fallback by leaving out --require-target (require_target)",
        why.message);
    return why.at(executable.descriptions()[kernel].origins);
  }
  refusal_ = std::move(why.message);
  return launch_on_host(executable, kernel, operands, sizes);
}

Status Queue::launch_on_host(const Executable &executable, uint32_t kernel,
                             std::span<const DeviceSpan> operands,
                             std::span<const int64_t> sizes) {
  if (is_stopped())
    return {};
  auto start = std::chrono::steady_clock::now();
  const Kernel &description = executable.descriptions()[kernel];
  std::vector<size_t> bytes = TRY(operand_bytes(description, sizes));
  for (size_t k = 0; k < operands.size(); ++k)
    TRY(check_copy(operands[k], bytes[k]));
  if (!host_ || host_->fallback() != executable.fallback().get())
    host_ = std::make_unique<HostLauncher>(executable.fallback(), stop_);
  TRY(host_->begin(kernel, description, operands, bytes));
  for (size_t k = 0; k < operands.size(); ++k) {
    if (!description.operands[k].read || host_->is_weight(k))
      continue;
    TRY(do_read(host_->address(k), operands[k], bytes[k]));
    fallback_count_.bytes_read += bytes[k];
  }
  TRY(host_->execute(kernel, description, sizes, interpreter_budget()));
  for (size_t k = 0; k < operands.size(); ++k) {
    if (!description.operands[k].written)
      continue;
    TRY(do_write(operands[k], host_->address(k), bytes[k]));
    fallback_count_.bytes_written += bytes[k];
  }
  ++fallback_count_.launches;
  fallback_count_.ms += std::chrono::duration<double, std::milli>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  return {};
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
