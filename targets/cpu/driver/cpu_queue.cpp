//===- cpu_queue.cpp - A synchronous queue --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/cpu_queue.h"
#include "runtime/launch_check.h"
#include "targets/cpu/driver/cpu_memory.h"
#include "targets/cpu/driver/services.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <mutex>

namespace landfall::cpu {

namespace {

constexpr int64_t scratch_limit = int64_t(1) << 40;
/// Parts per thread: enough to balance unequal tasks.
constexpr int64_t parts_per_thread = 4;

uint8_t *address_of(runtime::DeviceSpan span) {
  return cpu::address_of(span.memory) + span.offset;
}

} // namespace

/// The failed check of the earliest failing task: the same at any number of
/// threads, as parts stop at their first failure and all parts run.
struct TaskFailure {
  std::mutex mutex;
  int64_t task = -1; ///< Where the part began; -1: none failed.
  int32_t code = 0;
  int64_t value = 0;

  void add(int64_t begin, int32_t failed_code, int64_t failed_value) {
    std::lock_guard lock(mutex);
    if (task >= 0 && task <= begin)
      return;
    task = begin;
    code = failed_code;
    value = failed_value;
  }
};

CpuQueue::~CpuQueue() {
  if (scratch_.handle != 0)
    release_memory(scratch_);
}

Status CpuQueue::do_write(runtime::DeviceSpan destination, const void *source,
                          size_t bytes) {
  if (bytes > 0)
    std::memcpy(address_of(destination), source, bytes);
  return {};
}

Status CpuQueue::do_read(void *destination, runtime::DeviceSpan source,
                         size_t bytes) {
  if (bytes > 0)
    std::memcpy(destination, address_of(source), bytes);
  return {};
}

Status CpuQueue::do_copy(runtime::DeviceSpan destination,
                         runtime::DeviceSpan source, size_t bytes) {
  if (bytes > 0)
    std::memmove(address_of(destination), address_of(source), bytes);
  return {};
}

Status CpuQueue::do_launch(const runtime::Executable &executable,
                           uint32_t kernel,
                           std::span<const runtime::DeviceSpan> operands,
                           std::span<const int64_t> sizes) {
  auto kernels = static_cast<const CpuExecutable &>(executable).kernels();
  operands_.clear();
  for (runtime::DeviceSpan operand : operands)
    operands_.push_back(address_of(operand));
  return call(kernels[kernel], sizes);
}

Status CpuQueue::call(const CpuKernel &kernel, std::span<const int64_t> sizes) {
  NativePlan plan = {0, 0, pool_->threads()};
  kernel.plan(sizes.data(), &plan);
  if (plan.tasks <= 0)
    return {};
  TRY(reserve_scratch(plan.scratch_bytes));
  if (plan.tasks > 1 && pool_->threads() > 1 && !run_)
    run_.emplace(*pool_);
  TaskFailure failure;
  run_tasks(kernel, sizes, plan.tasks, failure);
  if (failure.task < 0)
    return {};
  return runtime::check_error(*kernel.description,
                              static_cast<uint32_t>(failure.code - 1),
                              failure.value);
}

void CpuQueue::run_tasks(const CpuKernel &kernel,
                         std::span<const int64_t> sizes, int64_t tasks,
                         TaskFailure &failure) {
  int threads = pool_->threads();
  int64_t grain =
      threads == 1 ? tasks
                   : std::max<int64_t>(1, tasks / (threads * parts_per_thread));
  auto body = [&](const ThreadPool::Part &part) {
    if (is_stopped())
      return;
    int64_t failed_value = 0;
    uint8_t *scratch = cpu::address_of(scratch_);
    if (scratch)
      scratch += part.participant * scratch_stride_;
    NativeCall call = {operands_.data(), sizes.data(), part.begin,   part.end,
                       scratch,          &services(),  &failed_value};
    call.threads = threads;
    if (int32_t code = kernel.run(&call); code != 0)
      failure.add(part.begin, code, failed_value);
  };
  pool_->parallel_for(tasks, grain, body);
}

Status CpuQueue::reserve_scratch(int64_t bytes_per_thread) {
  if (bytes_per_thread < 0 || bytes_per_thread > scratch_limit)
    return Error{ErrorCode::internal,
                 fmt::format("a kernel plans {} bytes of scratch memory",
                             bytes_per_thread)};
  // A cache line between participants avoids false sharing.
  size_t stride = (bytes_per_thread + 63) / 64 * 64;
  if (stride <= scratch_stride_)
    return {};
  if (scratch_.handle != 0)
    release_memory(scratch_);
  scratch_ = {};
  scratch_stride_ = 0;
  scratch_ = TRY(allocate_memory(stride * pool_->threads()));
  scratch_stride_ = stride;
  return {};
}

Status CpuQueue::do_finish() {
  run_.reset();
  return {};
}

} // namespace landfall::cpu
