//===- ring_queue.h - An in-order queue of card commands -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/card.h"

#include <deque>

namespace landfall::card {

/// The address of a span whose memory's handle is its address on the card.
inline uint64_t address_of(runtime::DeviceSpan span) {
  return span.memory.handle + span.offset;
}

/// The error of a command that the card refused.
Error bad_command_error(const std::string &device,
                        const ring::Completion &completion);

/// Launches, and copies within device memory, are commands that the card
/// executes in ring order. Copies from and to host memory are done by the host,
/// through its mapping of DRAM, after waiting for the queue's earlier commands.
/// What is missing is `do_launch`: it makes a record and submits it.
class RingQueue : public runtime::Queue {
public:
  ~RingQueue() override;

protected:
  RingQueue(std::shared_ptr<Card> card, uint16_t number)
      : card_(std::move(card)), number_(number) {}

  /// Submits a launch. Releases its record, also if it fails.
  Status submit_launch(Launch launch);

  Status do_write(runtime::DeviceSpan destination, const void *source,
                  size_t bytes) final;
  Status do_read(void *destination, runtime::DeviceSpan source,
                 size_t bytes) final;
  Status do_copy(runtime::DeviceSpan destination, runtime::DeviceSpan source,
                 size_t bytes) final;
  Status do_wait(runtime::Event event) final;
  Result<runtime::Event> do_record() final { return end(); }
  Status do_finish() final;

private:
  /// A submitted command, with what is needed to submit it again.
  struct Pending {
    ring::Command command = {};
    Ticket ticket = {};
    Launch launch = {}; ///< Of launches.
  };

  /// The event after all work.
  runtime::Event end() const { return done_ + pending_.size(); }
  Status submit(Pending pending);
  void retire();
  Status outcome(const Pending &pending, const ring::Completion &completion);
  Status repeat_with_scratch(int64_t bytes);
  Status revive();

  std::shared_ptr<Card> card_;
  uint16_t number_;
  runtime::Event done_ = 0; ///< Commands done or skipped so far.
  std::deque<Pending> pending_;
};

} // namespace landfall::card
