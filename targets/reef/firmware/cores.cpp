//===- cores.cpp - Managing the compute cores -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/cores.h"
#include "device_math/services.h"
#include "targets/reef/firmware/registers_access.h"

namespace landfall::reef {

namespace {

Shared shared_memory;

uint64_t manage(uint64_t offset) {
  return load_register(management_registers + offset);
}

} // namespace

Shared &shared() { return shared_memory; }

Cores::Cores() : count_(static_cast<uint32_t>(load_own(core_register::cores))) {
  shared_memory.services = device_math::services();
}

Event Cores::take_event() {
  uint64_t bits = manage(management_register::event_take);
  beat();
  return {static_cast<ChipEvent>(bits & 0xff),
          static_cast<uint32_t>(bits >> 8 & 0xffffff),
          static_cast<uint32_t>(bits >> 32)};
}

/// Keeps the count in a member: reading the word back from DRAM may be slow.
void Cores::beat() {
  reinterpret_cast<volatile Control *>(control_base)->heartbeat = ++heartbeat_;
}

void Cores::open(const LaunchRecord &record) {
  order();
  for (uint32_t core = 1; core <= count_; ++core)
    send(core, reinterpret_cast<uint64_t>(&record));
  ranges_[1].pending = 1;
  fetch(&shared_memory.planned);
}

const Failure &Cores::end_range(uint32_t core) {
  Ranges &ranges = ranges_[core];
  const Failure &failure = shared_memory.failures[core][ranges.oldest];
  ranges.oldest = (ranges.oldest + 1) % slots;
  --ranges.pending;
  return failure;
}

void Cores::report_and_restart(uint32_t core, CommandStatus why,
                               Completion &completion) {
  uint64_t record =
      management_register::fault + core * management_register::fault_stride;
  completion.status = why;
  completion.core = core;
  completion.detail =
      static_cast<uint32_t>(manage(record + management_register::fault_cause));
  completion.pc = manage(record + management_register::fault_pc);
  completion.address = manage(record + management_register::fault_address);
  completion.instruction = static_cast<uint32_t>(
      manage(record + management_register::fault_instruction));
  store_register(management_registers + management_register::core_reset, core);
  ranges_[core] = {};
}

} // namespace landfall::reef
