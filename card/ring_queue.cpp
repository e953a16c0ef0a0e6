//===- ring_queue.cpp - An in-order queue of card commands ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/ring_queue.h"

#include <cstring>
#include <fmt/format.h>
#include <new>
#include <utility>

namespace landfall::card {

using namespace ring;

namespace {

/// The most commands of a queue in flight.
constexpr size_t pending_limit = 128;

/// An error that needs no memory for its text.
Error no_memory() { return {ErrorCode::out_of_memory, "out of memory"}; }

/// What the action returns, or an error for the exception that it throws.
template <typename Action> Status or_no_memory(const Action &action) {
  try {
    return action();
  } catch (const std::bad_alloc &) {
    return no_memory();
  }
}

/// Releases heap memory in the end; address 0: none.
struct Release {
  runtime::DeviceHeap &heap;
  uint64_t address;
  ~Release() {
    if (address)
      heap.release(address);
  }
};

} // namespace

Error bad_command_error(const std::string &device,
                        const Completion &completion) {
  std::string_view what = "something that the card does not know";
  switch (completion.detail) {
  case bad_operation:
    what = "an unknown operation";
    break;
  case bad_queue:
    what = "a queue that does not exist";
    break;
  case bad_address:
    what = "an address outside the card's memory";
    break;
  case bad_record:
    what = "a launch record that points outside the card's memory";
    break;
  }
  return {ErrorCode::device, fmt::format("{}: the card refused command {}, "
                                         "which has {}",
                                         device, completion.sequence, what)};
}

RingQueue::~RingQueue() {
  (void)finish();
  card_->give_queue(number_);
}

Status RingQueue::do_write(runtime::DeviceSpan destination, const void *source,
                           size_t bytes) {
  TRY(card_->check_owner());
  TRY(do_wait(end()));
  if (bytes > 0)
    std::memcpy(card_->memory->host(address_of(destination)), source, bytes);
  return {};
}

Status RingQueue::do_read(void *destination, runtime::DeviceSpan source,
                          size_t bytes) {
  TRY(card_->check_owner());
  TRY(do_wait(end()));
  if (bytes > 0)
    std::memcpy(destination, card_->memory->host(address_of(source)), bytes);
  return {};
}

Status RingQueue::do_copy(runtime::DeviceSpan destination,
                          runtime::DeviceSpan source, size_t bytes) {
  TRY(card_->check_owner());
  Pending pending;
  pending.command.operation = Operation::copy;
  pending.command.address = address_of(destination);
  pending.command.source = address_of(source);
  pending.command.bytes = bytes;
  return submit(std::move(pending));
}

Status RingQueue::submit_launch(Launch launch) {
  Pending pending;
  pending.command.operation = Operation::launch;
  pending.command.address = launch.record;
  pending.launch = std::move(launch);
  return submit(std::move(pending));
}

/// Owns the pending command's memory, also if it fails.
Status RingQueue::submit(Pending pending) {
  pending.command.queue = number_;
  uint64_t record = pending.launch.record;
  bool is_listed = false;
  Status status = or_no_memory([&]() -> Status {
    while (pending_.size() >= pending_limit && failure().ok())
      retire();
    TRY(failure());
    // First: once submitted, it must be listed.
    pending_.push_back(std::move(pending));
    is_listed = true;
    pending_.back().ticket =
        TRY(card_->commands.submit(pending_.back().command));
    return {};
  });
  if (status)
    return {};
  if (is_listed)
    pending_.pop_back();
  if (record)
    card_->heap.release(record);
  return status;
}

/// Waits for the oldest command, which is done when this throws, too.
void RingQueue::retire() {
  auto completion = card_->commands.wait(pending_.front().ticket,
                                         interpreter_budget().stop, number_);
  bool needs_scratch = completion &&
                       completion->status == CommandStatus::needs_scratch &&
                       failure().ok();
  if (needs_scratch && keep(or_no_memory([&] {
        return repeat_with_scratch(completion->value);
      })))
    return;
  Pending oldest = std::move(pending_.front());
  pending_.pop_front();
  ++done_;
  Release record{card_->heap, oldest.launch.record};
  if (failure().ok())
    (void)keep(completion ? outcome(oldest, *completion)
                          : Status(completion.take_error()));
}

Status RingQueue::outcome(const Pending &pending,
                          const Completion &completion) {
  switch (completion.status) {
  case CommandStatus::ok:
    return {};
  case CommandStatus::skipped:
    if (is_stopped())
      return {};
    break;
  case CommandStatus::bad_command:
    break;
  default:
    if (pending.launch.kernel)
      return card_->launch_error(pending.launch, completion);
  }
  return bad_command_error(card_->name, completion);
}

/// Submits the oldest launch, which needed more scratch memory, and all
/// commands after it, which were skipped, again.
Status RingQueue::repeat_with_scratch(int64_t bytes) {
  TRY(card_->make_scratch(pending_.front().launch, bytes));
  for (size_t k = 1; k < pending_.size(); ++k)
    (void)TRY(card_->commands.wait(std::exchange(pending_[k].ticket, {})));
  TRY(revive());
  for (Pending &pending : pending_) {
    if (pending.launch.record)
      card_->use_scratch(pending.launch);
    pending.ticket = TRY(card_->commands.submit(pending.command));
  }
  return {};
}

Status RingQueue::revive() {
  Command command = {};
  command.operation = Operation::revive;
  command.queue = number_;
  Ticket ticket = TRY(card_->commands.submit(command));
  (void)TRY(card_->commands.wait(ticket));
  return {};
}

Status RingQueue::do_wait(runtime::Event event) {
  if (!card_->is_ours())
    return card_->check_owner();
  while (done_ < event && !pending_.empty() && failure().ok())
    retire();
  return failure();
}

Status RingQueue::do_finish() {
  if (!card_->is_ours()) {
    pending_.clear(); // They are the parent's.
    return {};
  }
  bool lacks_memory = false;
  while (!pending_.empty())
    lacks_memory |= !or_no_memory([&]() -> Status {
      retire();
      return {};
    });
  // A restarted card has no failure to clear.
  if (!failure().ok() || lacks_memory)
    (void)or_no_memory([&] { return revive(); });
  return lacks_memory ? no_memory() : Status();
}

} // namespace landfall::card
