//===- manager.cpp - What the management core does ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Executes the commands of the ring in order and writes their completions.
// Every number of a command is validated; invalid ones give `bad_command`.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/telemetry.h"
#include "targets/reef/firmware/launch.h"
#include "targets/reef/firmware/registers_access.h"

namespace landfall::reef {

namespace {

class Manager {
public:
  [[noreturn]] void loop();

private:
  void serve();
  void serve(const Command &command, Completion &completion);
  uint32_t wrong_field(const Command &command) const;
  void do_launch(const Command &command, Completion &completion);
  void do_copy(const Command &command);
  bool in_heap(uint64_t address, uint64_t bytes) const;
  void complete(Completion &completion);

  Cores cores_;
  uint64_t heap_end_ = dram_base + load_own(core_register::dram_bytes);
  uint64_t head_ = 0;   ///< Commands done.
  uint64_t worked_ = 0; ///< Cycles that they took.
  bool failed_[queue_limit] = {};
};

volatile Control &control() {
  return *reinterpret_cast<volatile Control *>(control_base);
}

void signal_host() {
  store_register(management_registers + management_register::host_signal, 1);
}

void Manager::loop() {
  for (;;) {
    serve();
    cores_.take_event();
  }
}

void Manager::serve() {
  for (uint64_t tail; (tail = control().command_tail) != head_;) {
    order();
    auto *ring = reinterpret_cast<const Command *>(command_ring);
    Command command = ring[head_ % ring_entries];
    if (uint64_t found = ring::damage_of(head_, tail, command)) {
      control().damage = found;
      signal_host();
      return;
    }
    Completion completion = {};
    completion.sequence = static_cast<uint32_t>(head_);
    store_register(management_registers + management_register::align, 1);
    completion.begin = load_own(core_register::cycle);
    serve(command, completion);
    completion.end = load_own(core_register::cycle);
    if (command.operation != Operation::count)
      worked_ += completion.end - completion.begin;
    ++head_;
    complete(completion);
  }
}

void Manager::serve(const Command &command, Completion &completion) {
  if (uint32_t field = wrong_field(command)) {
    completion.status = CommandStatus::bad_command;
    completion.detail = field;
  } else if (command.operation == Operation::revive) {
    failed_[command.queue] = false;
  } else if (failed_[command.queue]) {
    completion.status = CommandStatus::skipped;
  } else if (command.operation == Operation::launch) {
    do_launch(command, completion);
  } else if (command.operation == Operation::copy) {
    do_copy(command);
  } else if (command.operation == Operation::count) {
    store_register(management_registers + management_register::telemetry,
                   command.address);
    completion.value = static_cast<int64_t>(worked_);
  }
  if (completion.status != CommandStatus::ok && command.queue < queue_limit)
    failed_[command.queue] = true;
}

/// The first invalid field of a command; 0: all are valid.
uint32_t Manager::wrong_field(const Command &command) const {
  if (command.queue >= queue_limit)
    return bad_queue;
  switch (command.operation) {
  case Operation::none:
    break;
  case Operation::barrier:
  case Operation::revive:
    return 0;
  case Operation::launch:
    return in_heap(command.address, launch_lines * line_bytes) &&
                   command.address % 64 == 0
               ? 0
               : bad_address;
  case Operation::count:
    return in_heap(command.address, telemetry_bytes(cores_.count()))
               ? 0
               : bad_address;
  case Operation::copy:
    return in_heap(command.address, command.bytes) &&
                   in_heap(command.source, command.bytes)
               ? 0
               : bad_address;
  }
  return bad_operation;
}

bool Manager::in_heap(uint64_t address, uint64_t bytes) const {
  return address >= heap_base && address <= heap_end_ &&
         bytes <= heap_end_ - address;
}

void Manager::do_launch(const Command &command, Completion &completion) {
  auto &record = *reinterpret_cast<const LaunchRecord *>(command.address);
  uint64_t scratch = record.scratch_bytes * cores_.count();
  bool legal = in_heap(record.plan, 4) && in_heap(record.run, 4) &&
               in_heap(record.operands, 0) && in_heap(record.sizes, 0) &&
               record.scratch_bytes <= heap_end_ - heap_base &&
               in_heap(record.scratch, scratch);
  if (!legal) {
    completion.status = CommandStatus::bad_command;
    completion.detail = bad_record;
    return;
  }
  launch(cores_, record, completion);
}

void Manager::do_copy(const Command &command) {
  if (command.bytes == 0 || command.address == command.source)
    return;
  uint64_t channel = core_registers + core_register::dma;
  store_register(channel + dma_register::source, command.source);
  store_register(channel + dma_register::destination, command.address);
  store_register(channel + dma_register::row_bytes, command.bytes);
  store_register(channel + dma_register::rows, 1);
  store_register(channel + dma_register::start, 1);
  store_register(channel + dma_register::wait,
                 load_register(channel + dma_register::start));
}

/// Of the command before `head_`.
void Manager::complete(Completion &completion) {
  completion.check = checksum(completion);
  auto *ring = reinterpret_cast<Completion *>(completion_ring);
  ring[completion.sequence % ring_entries] = completion;
  order();
  control().completion_tail = head_;
  cores_.beat();
  signal_host();
}

} // namespace

extern "C" [[noreturn]] void reef_manage() {
  Manager manager;
  manager.loop();
}

} // namespace landfall::reef
