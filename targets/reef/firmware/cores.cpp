//===- cores.cpp - The compute cores as management sees them --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/cores.h"
#include "targets/reef/firmware/math/services.h"
#include "targets/reef/firmware/registers_access.h"

namespace landfall::reef {

namespace {

constexpr uint32_t most_cores = 64; // chip_field.def

WorkItem items[(most_cores + 1) * Cores::slots];
native::NativeServices service_table;

uint64_t manage(uint64_t offset) {
  return load_register(management_registers + offset);
}

} // namespace

Cores::Cores() : count_(static_cast<uint32_t>(load_own(core_register::cores))) {
  service_table = math::services();
}

const native::NativeServices &Cores::services() const { return service_table; }

Event Cores::take_event() {
  uint64_t bits = manage(management_register::event_take);
  auto *control = reinterpret_cast<volatile Control *>(control_base);
  control->heartbeat = control->heartbeat + 1;
  return {static_cast<ChipEvent>(bits & 0xff),
          static_cast<uint32_t>(bits >> 8 & 0xffffff),
          static_cast<uint32_t>(bits >> 32)};
}

WorkItem &Cores::item(uint32_t core, uint32_t slot) {
  return items[core * slots + slot];
}

void Cores::send(uint32_t core, const WorkItem &item) {
  order();
  store_register(management_registers + management_register::mail +
                     core * sizeof(uint64_t),
                 reinterpret_cast<uint64_t>(&item));
}

void Cores::bury(uint32_t core, CommandStatus why, Completion &completion) {
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
}

} // namespace landfall::reef
