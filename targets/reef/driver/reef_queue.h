//===- reef_queue.h - An in-order queue of card commands -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/driver/reef_executable.h"

#include <deque>

namespace landfall::reef {

/// Launches, and copies within device memory, are commands that the card
/// executes in ring order. Copies from and to host memory are done by the host,
/// through its mapping of DRAM, after waiting for the queue's earlier commands.
class ReefQueue : public runtime::Queue {
public:
  static Result<std::unique_ptr<runtime::Queue>>
  create(std::shared_ptr<ReefCard> card);
  ~ReefQueue() override;

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
  Status do_finish() override;

private:
  /// A submitted command, with what is needed to submit it again.
  struct Pending {
    Command command = {};
    Ticket ticket = {};
    const ReefKernel *kernel = nullptr; ///< Launches only.
    uint64_t code_base = 0;
    uint64_t record = 0; ///< Launches only: heap memory to free with it.
  };

  ReefQueue(std::shared_ptr<ReefCard> card, uint16_t number)
      : card_(std::move(card)), number_(number) {}

  /// The event after all work.
  runtime::Event end() const { return done_ + pending_.size(); }
  Status submit(Pending pending);
  Result<uint64_t> write_record(const ReefKernel &kernel,
                                std::span<const runtime::DeviceSpan> operands,
                                std::span<const int64_t> sizes);
  void retire();
  Status outcome(const Pending &pending, const Completion &completion);
  Status repeat_with_scratch(int64_t bytes);
  Status revive();

  std::shared_ptr<ReefCard> card_;
  uint16_t number_;
  runtime::Event done_ = 0; ///< Commands done or skipped so far.
  std::deque<Pending> pending_;
};

} // namespace landfall::reef
