//===- card.cpp - What device, queues and kernels share -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/card.h"

#include <fmt/format.h>

namespace landfall::card {

Card::Card(std::unique_ptr<CardMemory> dram, uint64_t heap_begin,
           CommandStream::Kind kind)
    : name(kind.name), memory(std::move(dram)), heap(heap_begin, memory->end()),
      commands(std::move(kind), *memory) {}

Status Card::check_owner() const {
  if (is_ours())
    return {};
  return Error{ErrorCode::device,
               fmt::format("{} was opened by the process that this one was "
                           "forked from, and cannot be shared; load the model "
                           "again after the fork",
                           name)};
}

Result<uint16_t> Card::take_queue() {
  TRY(check_owner());
  std::lock_guard lock(queues_mutex_);
  for (uint16_t number = 0; number < ring::queue_limit; ++number)
    if (!queues_[number]) {
      queues_[number] = true;
      return number;
    }
  return Error{ErrorCode::device, fmt::format("{} has {} queues, all in use",
                                              name, ring::queue_limit)};
}

void Card::give_queue(uint16_t number) {
  std::lock_guard lock(queues_mutex_);
  queues_[number] = false;
}

Status
Card::count(uint64_t bytes,
            const std::function<void(const uint8_t *, int64_t)> &decode) {
  ring::Command command = {};
  command.operation = ring::Operation::count;
  command.bytes = bytes;
  command.queue = TRY(take_queue());
  auto address = heap.allocate(bytes);
  if (!address) {
    give_queue(command.queue);
    return address.take_error();
  }
  command.address = *address;
  auto ticket = commands.submit(command);
  auto completion = ticket ? commands.wait(*ticket)
                           : Result<ring::Completion>(ticket.take_error());
  if (completion)
    decode(memory->host(*address), completion->value);
  heap.release(*address);
  give_queue(command.queue);
  return completion ? Status() : Status(completion.take_error());
}

Status Card::make_scratch(const Launch &launch, int64_t) {
  return Error{ErrorCode::internal,
               fmt::format("kernel '{}' asks for scratch memory, of which {} "
                           "has none",
                           launch.kernel->name, name)};
}

Result<std::chrono::seconds> timeout_of(const runtime::DeviceOptions &options) {
  if (options.timeout_seconds < 1)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("a timeout of {} s was asked for; give one second "
                             "at least",
                             options.timeout_seconds)};
  return std::chrono::seconds(options.timeout_seconds);
}

} // namespace landfall::card
