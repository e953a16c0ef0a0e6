//===- cpu_queue.h - A synchronous queue -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/thread_pool.h"
#include "runtime/device.h"
#include "targets/cpu/driver/cpu_executable.h"

#include <optional>

namespace landfall::cpu {

/// Work is complete when the call that enqueues it returns, so that events need
/// no waiting. Between the first launch and `finish` the thread pool's idle
/// workers spin.
class CpuQueue : public runtime::Queue {
public:
  /// The pool must outlive the queue.
  explicit CpuQueue(std::shared_ptr<ThreadPool> pool)
      : pool_(std::move(pool)) {}
  ~CpuQueue() override;

protected:
  Status do_write(runtime::DeviceSpan destination, const void *source,
                  size_t bytes) override;
  Status do_read(void *destination, runtime::DeviceSpan source,
                 size_t bytes) override;
  Status do_copy(runtime::DeviceSpan destination, runtime::DeviceSpan source,
                 size_t bytes) override;
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override;
  Status do_wait(runtime::Event) override { return {}; }
  Result<runtime::Event> do_record() override { return runtime::Event(0); }
  Status do_finish() override;

private:
  Status call(const CpuKernel &kernel, std::span<const int64_t> sizes);
  Status reserve_scratch(int64_t bytes_per_thread);
  void run_tasks(const CpuKernel &kernel, std::span<const int64_t> sizes,
                 int64_t tasks, struct TaskFailure &failure);

  std::shared_ptr<ThreadPool> pool_;
  std::optional<ThreadPool::Run> run_;
  std::vector<void *> operands_;
  runtime::DeviceMemory scratch_;
  size_t scratch_stride_ = 0; ///< Bytes of scratch memory per participant.
};

} // namespace landfall::cpu
