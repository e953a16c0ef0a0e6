//===- reef_queue.cpp - An in-order queue of card commands ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/reef_queue.h"
#include "runtime/launch_check.h"
#include "targets/reef/driver/fault_text.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>

namespace landfall::reef {

namespace {

/// The most commands of a queue in flight.
constexpr size_t pending_limit = 128;
constexpr int64_t scratch_limit = int64_t(1) << 40;

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

uint64_t address_of(runtime::DeviceSpan span) {
  return span.memory.handle + span.offset;
}

} // namespace

Result<std::unique_ptr<runtime::Queue>>
ReefQueue::create(std::shared_ptr<ReefCard> card) {
  uint16_t number = TRY(card->take_queue());
  return std::unique_ptr<runtime::Queue>(
      new ReefQueue(std::move(card), number));
}

ReefQueue::~ReefQueue() {
  (void)finish();
  card_->give_queue(number_);
}

Status ReefQueue::do_write(runtime::DeviceSpan destination, const void *source,
                           size_t bytes) {
  TRY(card_->check_owner());
  TRY(do_wait(end()));
  if (bytes > 0)
    std::memcpy(card_->memory->host(address_of(destination)), source, bytes);
  return {};
}

Status ReefQueue::do_read(void *destination, runtime::DeviceSpan source,
                          size_t bytes) {
  TRY(card_->check_owner());
  TRY(do_wait(end()));
  if (bytes > 0)
    std::memcpy(destination, card_->memory->host(address_of(source)), bytes);
  return {};
}

Status ReefQueue::do_copy(runtime::DeviceSpan destination,
                          runtime::DeviceSpan source, size_t bytes) {
  TRY(card_->check_owner());
  Pending pending;
  pending.command.operation = Operation::copy;
  pending.command.address = address_of(destination);
  pending.command.source = address_of(source);
  pending.command.bytes = bytes;
  return submit(pending);
}

Status ReefQueue::do_launch(const runtime::Executable &executable,
                            uint32_t kernel,
                            std::span<const runtime::DeviceSpan> operands,
                            std::span<const int64_t> sizes) {
  TRY(card_->check_owner());
  auto &code = static_cast<const ReefExecutable &>(executable);
  const ReefKernel &launched = code.kernels()[kernel];
  Pending pending;
  pending.record = TRY(write_record(launched, operands, sizes));
  pending.command.operation = Operation::launch;
  pending.command.address = pending.record;
  pending.kernel = &launched;
  pending.code_base = code.base();
  return submit(pending);
}

/// The launch record, then the sizes, then the addresses of the operands: in
/// the order in which kernels read them.
Result<uint64_t>
ReefQueue::write_record(const ReefKernel &kernel,
                        std::span<const runtime::DeviceSpan> operands,
                        std::span<const int64_t> sizes) {
  uint64_t size_bytes = sizes.size() * sizeof(uint64_t);
  uint64_t bytes =
      sizeof(LaunchRecord) + size_bytes + operands.size() * sizeof(uint64_t);
  Scratch::Area scratch = TRY(card_->scratch.at_least(1));
  uint64_t address =
      TRY(card_->heap.allocate(std::max(bytes, launch_lines * line_bytes)));
  uint64_t behind = address + sizeof(LaunchRecord);
  *card_->memory->at<LaunchRecord>(address) = {
      kernel.plan,     kernel.run,    behind + size_bytes, behind,
      scratch.address, scratch.bytes, card_->cycle_limit,  card_->code_version};
  auto *words = card_->memory->at<uint64_t>(behind);
  for (int64_t size : sizes)
    *words++ = static_cast<uint64_t>(size);
  for (runtime::DeviceSpan operand : operands)
    *words++ = address_of(operand);
  return address;
}

/// Owns the pending command's memory, also if it fails.
Status ReefQueue::submit(Pending pending) {
  pending.command.queue = number_;
  bool is_listed = false;
  Status status = or_no_memory([&]() -> Status {
    while (pending_.size() >= pending_limit && failure().ok())
      retire();
    TRY(failure());
    pending_.push_back(pending); // First: once submitted, it must be listed.
    is_listed = true;
    pending_.back().ticket = TRY(card_->commands.submit(pending.command));
    return {};
  });
  if (status)
    return {};
  if (is_listed)
    pending_.pop_back();
  if (pending.record)
    card_->heap.release(pending.record);
  return status;
}

/// Waits for the oldest command, which is done when this throws, too.
void ReefQueue::retire() {
  auto completion = card_->commands.wait(pending_.front().ticket);
  bool needs_scratch = completion &&
                       completion->status == CommandStatus::needs_scratch &&
                       failure().ok();
  if (needs_scratch && keep(or_no_memory([&] {
        return repeat_with_scratch(completion->value);
      })))
    return;
  Pending oldest = pending_.front();
  pending_.pop_front();
  ++done_;
  if (oldest.record)
    card_->heap.release(oldest.record);
  if (failure().ok())
    (void)keep(completion ? outcome(oldest, *completion)
                          : Status(completion.take_error()));
}

Status ReefQueue::outcome(const Pending &pending,
                          const Completion &completion) {
  const std::string &name = card_->chip.name;
  switch (completion.status) {
  case CommandStatus::ok:
    return {};
  case CommandStatus::check_failed:
    return runtime::check_error(*pending.kernel->description, completion.detail,
                                completion.value);
  case CommandStatus::fault:
    return fault_error(name, completion, *pending.kernel->description,
                       pending.code_base);
  case CommandStatus::timed_out:
    return timeout_error(name, completion, *pending.kernel->description,
                         pending.code_base);
  case CommandStatus::skipped:
  case CommandStatus::needs_scratch:
  case CommandStatus::bad_command:
    break;
  }
  return bad_command_error(name, completion);
}

/// Submits the oldest launch, which needed more scratch memory, and all
/// commands after it, which were skipped, again.
Status ReefQueue::repeat_with_scratch(int64_t bytes) {
  if (bytes > scratch_limit)
    return Error{ErrorCode::internal,
                 fmt::format("kernel '{}' plans {} bytes of scratch memory",
                             pending_.front().kernel->description->name, bytes)}
        .at(pending_.front().kernel->description->origins);
  Scratch::Area area = TRY(card_->scratch.at_least(bytes));
  for (size_t k = 1; k < pending_.size(); ++k)
    (void)TRY(card_->commands.wait(std::exchange(pending_[k].ticket, {})));
  TRY(revive());
  for (Pending &pending : pending_) {
    if (pending.record) {
      auto *record = card_->memory->at<LaunchRecord>(pending.record);
      record->scratch = area.address;
      record->scratch_bytes = area.bytes;
    }
    pending.ticket = TRY(card_->commands.submit(pending.command));
  }
  return {};
}

Status ReefQueue::revive() {
  Command command = {};
  command.operation = Operation::revive;
  command.queue = number_;
  Ticket ticket = TRY(card_->commands.submit(command));
  (void)TRY(card_->commands.wait(ticket));
  return {};
}

Status ReefQueue::do_wait(runtime::Event event) {
  if (!card_->is_ours())
    return card_->check_owner();
  while (done_ < event && !pending_.empty() && failure().ok())
    retire();
  return failure();
}

Status ReefQueue::do_finish() {
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

} // namespace landfall::reef
