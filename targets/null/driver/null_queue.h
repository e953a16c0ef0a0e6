//===- null_queue.h - A queue that defers all work -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <functional>
#include <vector>

namespace landfall::null {

/// The kernel descriptions of a package, which this device interprets.
class NullExecutable : public runtime::Executable {
public:
  explicit NullExecutable(std::span<const Kernel> kernels) : kernels(kernels) {}
  std::span<const Kernel> kernels;
};

/// Defers all work until a caller waits for it, which is the latest that the
/// device interface allows. So a caller that forgets to wait reads stale memory
/// here, in tests, instead of on an asynchronous device later.
class NullQueue : public runtime::Queue {
public:
  Status write(runtime::DeviceSpan destination, const void *source,
               size_t bytes) override;
  Status read(void *destination, runtime::DeviceSpan source,
              size_t bytes) override;
  Status copy(runtime::DeviceSpan destination, runtime::DeviceSpan source,
              size_t bytes) override;
  Status launch(const runtime::Executable &executable, uint32_t kernel,
                std::span<const runtime::DeviceSpan> operands,
                std::span<const int64_t> sizes) override;
  Result<runtime::Event> record() override { return done_ + pending_.size(); }
  Status wait(runtime::Event event) override;
  Status finish() override;

private:
  using Work = std::function<Status()>;

  runtime::Event done_ = 0; ///< Work items done or skipped so far.
  std::vector<Work> pending_;
  Status failure_; ///< The first since the last finish; the rest is skipped.
};

} // namespace landfall::null
