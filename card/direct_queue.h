//===- direct_queue.h - A queue that copies at once ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card_memory.h"
#include "runtime/device.h"

namespace landfall::card {

/// The address of a span whose memory's handle is its address on the card.
inline uint64_t address_of(runtime::DeviceSpan span) {
  return span.memory.handle + span.offset;
}

/// For cards whose launches are over when `do_launch` returns: every call does
/// its work at once, so events need no waiting.
class DirectQueue : public runtime::Queue {
protected:
  /// The memory outlives the queue.
  explicit DirectQueue(const CardMemory &memory) : memory_(&memory) {}

  Status do_write(runtime::DeviceSpan destination, const void *source,
                  size_t bytes) override;
  Status do_read(void *destination, runtime::DeviceSpan source,
                 size_t bytes) override;
  Status do_copy(runtime::DeviceSpan destination, runtime::DeviceSpan source,
                 size_t bytes) override;
  Status do_wait(runtime::Event) override { return {}; }
  Result<runtime::Event> do_record() override { return runtime::Event(0); }
  Status do_finish() override { return {}; }

private:
  const CardMemory *memory_;
};

} // namespace landfall::card
