//===- chip.cpp - The whole chip ------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/chip.h"

#include <algorithm>
#include <cstring>

namespace landfall::reef::sim {

namespace {

using Access = riscv::HartPort::Access;

/// The quantum: how far the clocks of running cores may differ, in cycles.
constexpr uint64_t quantum_cycles = 500;
/// The latency of mail and events, in cycles.
constexpr uint64_t hop_cycles = 10;
/// The period of `align`: longer than any operation of a core or DRAM in
/// flight.
constexpr uint64_t align_cycles = 128;

} // namespace

Chip::Chip(const ChipDescription &chip, uint8_t *dram,
           std::function<void()> signal)
    : chip_(chip), dram_{dram_base, chip.dram_bytes(), dram},
      signal_(std::move(signal)), clock_(chip_.dram_gb_per_s, chip_.clock_mhz) {
  for (unsigned number = 0; number <= chip_.cores; ++number)
    cores_.push_back(
        std::make_unique<ChipCore>(chip_, number, dram_, clock_, *this));
}

void Chip::doorbell() { event(ChipEvent::doorbell, 0, 0, cores_[0]->cycle()); }

/// The runnable core with the earliest clock (of equal ones, the lowest
/// number); null: all wait.
ChipCore *Chip::next_core() const {
  ChipCore *next = nullptr;
  uint64_t first = RegisterAnswer::never;
  for (const auto &core : cores_)
    if (uint64_t ready = core->ready_at(); ready < first) {
      first = ready;
      next = core.get();
    }
  return next;
}

Chip::Progress Chip::step() {
  ChipCore *core = next_core();
  if (!core)
    return Progress::idle;
  uint64_t now = core->ready_at();
  if (core != cores_[0].get() && now >= next_tick_) {
    next_tick_ = now + tick_cycles;
    event(ChipEvent::tick, 0, 0, now);
  }
  if (core->run(quantum_cycles))
    return Progress::ran;
  if (core == cores_[0].get())
    return Progress::dead;
  for (unsigned number = 1; number < cores_.size(); ++number)
    if (cores_[number].get() == core)
      event(ChipEvent::fault, number, 0, core->cycle());
  return Progress::ran;
}

void Chip::event(ChipEvent kind, unsigned core, uint32_t value, uint64_t now) {
  uint64_t bits =
      static_cast<uint64_t>(kind) | uint64_t(core) << 8 | uint64_t(value) << 32;
  events_.push_back({bits, now + hop_cycles});
}

/// The time of the earliest event: as clocks differ, events arrive out of
/// order.
uint64_t Chip::next_event() const {
  uint64_t first = RegisterAnswer::never;
  for (const Message &event : events_)
    first = std::min(first, event.time);
  return first;
}

RegisterAnswer Chip::take_event(uint64_t &value) {
  auto first = std::min_element(
      events_.begin(), events_.end(),
      [](const Message &a, const Message &b) { return a.time < b.time; });
  if (first == events_.end() || first->time > cores_[0]->cycle())
    return {Access::blocked};
  value = first->value;
  events_.erase(first);
  return {};
}

bool Chip::load_fault(uint64_t offset, uint64_t &value) const {
  uint64_t number = offset / management_register::fault_stride;
  if (number >= cores_.size())
    return false;
  riscv::Fault fault = cores_[number]->fault();
  switch (offset % management_register::fault_stride) {
  case management_register::fault_cause:
    value = static_cast<uint64_t>(fault.cause);
    return true;
  case management_register::fault_pc:
    value = fault.pc;
    return true;
  case management_register::fault_address:
    value = fault.address;
    return true;
  case management_register::fault_instruction:
    value = fault.instruction;
    return true;
  default:
    return false;
  }
}

RegisterAnswer Chip::load(uint64_t offset, uint64_t &value) {
  if (offset == management_register::event_take)
    return take_event(value);
  if (offset >= management_register::fault &&
      load_fault(offset - management_register::fault, value))
    return {};
  return {Access::fault};
}

RegisterAnswer Chip::store(uint64_t offset, uint64_t value) {
  uint64_t now = cores_[0]->cycle();
  uint64_t mailbox = (offset - management_register::mail) / sizeof(uint64_t);
  if (offset == management_register::host_signal) {
    signal_();
  } else if (offset == management_register::core_reset) {
    if (value == 0 || value >= cores_.size())
      return {Access::fault};
    reset_core(static_cast<unsigned>(value));
  } else if (offset == management_register::align) {
    return align();
  } else if (offset == management_register::telemetry) {
    if (!write_telemetry(value))
      return {Access::fault};
  } else if (offset >= management_register::mail && mailbox > 0 &&
             mailbox < cores_.size() && value != 0) {
    cores_[mailbox]->mail({value, now + hop_cycles});
  } else {
    return {Access::fault};
  }
  return {};
}

/// Also drops the core's events: it may be ahead of the management core's clock
/// and have sent some.
void Chip::reset_core(unsigned core) {
  cores_[core]->reset();
  std::erase_if(events_, [core](const Message &event) {
    return (event.value >> 8 & 0xffffff) == core;
  });
}

RegisterAnswer Chip::align() {
  uint64_t now = cores_[0]->cycle();
  if (align_at_ == 0) {
    align_at_ = (now / align_cycles + 2) * align_cycles;
    return {Access::blocked, align_at_};
  }
  align_at_ = 0;
  next_tick_ = now + tick_cycles;
  for (const auto &core : cores_)
    core->forget_lines();
  return {};
}

bool Chip::write_telemetry(uint64_t address) const {
  uint64_t bytes = telemetry_bytes(chip_.cores);
  uint64_t offset = address - dram_.base;
  if (address < dram_.base || offset > dram_.bytes ||
      bytes > dram_.bytes - offset)
    return false;
  uint8_t *to = dram_.host + offset;
  ChipTelemetry chip = {cores_[0]->cycle(),
                        chip_.cores,
                        {clock_.busy(), clock_.stalled()},
                        clock_.bytes()};
  std::memcpy(to, &chip, sizeof(chip));
  to += sizeof(chip);
  for (const auto &core : cores_) {
    CoreTelemetry record = core->telemetry(chip.now);
    std::memcpy(to, &record, sizeof(record));
    to += sizeof(record);
  }
  return true;
}

} // namespace landfall::reef::sim
