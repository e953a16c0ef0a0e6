//===- null_queue.h - A queue that defers all work -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>

namespace landfall::null {

/// The kernel descriptions of a package, which this device interprets.
class NullExecutable : public runtime::Executable {
public:
  using Executable::Executable;
  /// The interpreter is all it has, for every target's packages.
  bool has_slow_path(uint32_t) const override { return true; }
};

/// What has been done, on all queues of a device.
struct WorkCount {
  std::atomic<uint64_t> steps = 0; ///< Of the interpreter.
  std::atomic<uint64_t> bytes = 0; ///< Written, read or copied.
};

/// Defers all work until a caller waits for it, which is the latest that the
/// device interface allows. So a caller that forgets to wait reads stale memory
/// here, in tests, instead of on an asynchronous device later.
class NullQueue : public runtime::Queue {
public:
  explicit NullQueue(std::shared_ptr<WorkCount> count)
      : count_(std::move(count)) {}

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
  Status do_wait(runtime::Event event) override;
  Result<runtime::Event> do_record() override { return end(); }
  Status do_finish() override { return do_wait(end()); }

private:
  using Work = std::function<Status()>;

  /// The event after all work.
  runtime::Event end() const { return done_ + pending_.size(); }

  std::shared_ptr<WorkCount> count_;
  runtime::Event done_ = 0; ///< Work items done or dropped so far.
  std::deque<Work> pending_;
};

} // namespace landfall::null
