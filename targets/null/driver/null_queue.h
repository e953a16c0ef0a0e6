//===- null_queue.h - Work that waits until it must be done ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <functional>
#include <vector>

namespace landfall::null {

/// The descriptions of a package's kernels; there is nothing else to load.
class NullExecutable : public runtime::Executable {
public:
  explicit NullExecutable(std::span<const Kernel> kernels) : kernels(kernels) {}
  std::span<const Kernel> kernels;
};

/// Does nothing before somebody waits, as late as a device may be, so that
/// whoever forgets to wait sees stale memory here and not on the first GPU.
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

  runtime::Event done_ = 0; ///< Pieces of work done or skipped so far.
  std::vector<Work> pending_;
  Status failure_; ///< The first since the last finish; the rest is skipped.
};

} // namespace landfall::null
