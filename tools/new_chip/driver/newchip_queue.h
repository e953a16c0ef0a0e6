//===- newchip_queue.h - A queue that does work at once ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

namespace landfall::newchip {

/// Copies are done when the call that enqueues them returns, so events need no
/// waiting. No kernel is native, and the host executes all others: launches
/// never arrive here. A card with memory of its own has card/ring_queue.h and
/// card/heap_device.h in place of these copies.
class NewchipQueue : public runtime::Queue {
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
  Status do_finish() override { return {}; }
};

} // namespace landfall::newchip
