//===- chip_core.cpp - A core and its peripherals -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/chip_core.h"

#include <algorithm>

namespace landfall::reef::sim {

namespace {

riscv::HartConfig hart_config(const ChipDescription &chip, unsigned number) {
  riscv::HartConfig config;
  config.vlen = chip.vector_bits;
  config.issue_width = chip.issue_width;
  config.matrix_queue = chip.matrix_queue;
  if (number == 0)
    return config;
  config.tile_edge = chip.tile_edge;
  config.macs_f32 = chip.macs_f32;
  config.macs_f16 = chip.macs_f16;
  config.macs_i8 = chip.macs_i8;
  config.macs_f8 = chip.macs_f8;
  return config;
}

uint64_t features(const ChipDescription &chip) {
  return (chip.macs_f32 ? matrix_f32 : 0) | (chip.macs_f16 ? matrix_f16 : 0) |
         (chip.macs_i8 ? matrix_i8 : 0) | (chip.macs_f8 ? matrix_f8 : 0);
}

riscv::MemoryRegion scratchpad_region(const ChipDescription &chip,
                                      uint8_t *host) {
  return {scratchpad_base, chip.scratchpad_bytes(), host};
}

EngineTelemetry engine(riscv::EngineTime time) {
  return {time.busy, time.stalled};
}

} // namespace

ChipCore::ChipCore(const ChipDescription &chip, unsigned number,
                   riscv::MemoryRegion dram, sim_kit::DramClock &clock,
                   Board &board)
    : chip_(&chip), number_(number), board_(&board),
      scratchpad_(chip.scratchpad_bytes()),
      hart_(hart_config(chip, number), dram,
            scratchpad_region(chip, scratchpad_.data()), *this),
      dma_(chip, dram, scratchpad_region(chip, scratchpad_.data()), clock),
      lines_(clock, chip.dram_latency_cycles()), dram_bytes_(dram.bytes) {
  reset();
}

void ChipCore::reset() {
  hart_.reset(dram_base, number_);
  dma_.reset();
  hart_.watch_races = false;
  mail_.clear();
  waiting_ = Waiting::nothing;
  stopped_ = false;
  transfers_race_ = false;
}

uint64_t ChipCore::ready_at() const {
  if (stopped_)
    return RegisterAnswer::never;
  uint64_t now = hart_.cycle();
  switch (waiting_) {
  case Waiting::nothing:
    return now;
  case Waiting::time:
    return std::max(now, until_);
  case Waiting::mail:
    return mail_.empty() ? RegisterAnswer::never
                         : std::max(now, mail_.front().time);
  case Waiting::event:
    return std::max(now, board_->next_event());
  }
  return now;
}

bool ChipCore::run(uint64_t cycles) {
  uint64_t begin = ready_at();
  if (waiting_ == Waiting::mail || waiting_ == Waiting::event)
    idle_ += begin - hart_.cycle();
  waiting_ = Waiting::nothing;
  hart_.set_cycle(begin);
  stopped_ = hart_.run(begin + cycles) == riscv::Hart::Stop::fault;
  return !stopped_;
}

riscv::Fault ChipCore::fault() const {
  riscv::Fault fault = hart_.fault();
  if (!stopped_)
    fault.pc = hart_.pc();
  if (transfers_race_)
    fault.cause = riscv::FaultCause::race;
  return fault;
}

CoreTelemetry ChipCore::telemetry(uint64_t now) const {
  const riscv::HartCounters &counters = hart_.counters();
  uint64_t asleep =
      waiting_ == Waiting::mail && now > cycle() ? now - cycle() : 0;
  return {counters.instructions,   idle_ + asleep,
          engine(counters.issue),  engine(counters.vector),
          engine(counters.matrix), dma_.time(),
          counters.matrix_macs};
}

riscv::HartPort::Access ChipCore::load_register(uint64_t address,
                                                uint64_t &value) {
  if (address - core_registers < register_page_bytes)
    return load_own(address - core_registers, value);
  if (may_manage(address)) {
    RegisterAnswer answer = board_->load(address - management_registers, value);
    return finish(answer, Waiting::event);
  }
  return Access::fault;
}

riscv::HartPort::Access ChipCore::load_own(uint64_t offset, uint64_t &value) {
  switch (offset) {
  case core_register::hart_id:
    value = number_;
    return Access::done;
  case core_register::cores:
    value = chip_->cores;
    return Access::done;
  case core_register::scratch_bytes:
    value = chip_->scratchpad_bytes();
    return Access::done;
  case core_register::cycle:
    value = hart_.cycle();
    return Access::done;
  case core_register::tile_edge:
    value = chip_->tile_edge;
    return Access::done;
  case core_register::vector_bits:
    value = chip_->vector_bits;
    return Access::done;
  case core_register::features:
    value = features(*chip_);
    return Access::done;
  case core_register::dram_bytes:
    value = dram_bytes_;
    return Access::done;
  case core_register::dma_channels:
    value = chip_->dma_channels;
    return Access::done;
  case core_register::mail_take:
    if (mail_.empty() || mail_.front().time > hart_.cycle())
      return finish({Access::blocked}, Waiting::mail);
    value = mail_.front().value;
    mail_.pop_front();
    return Access::done;
  default:
    if (offset < core_register::dma)
      return Access::fault;
    return finish(dma_.load(offset - core_register::dma, value));
  }
}

riscv::HartPort::Access ChipCore::store_register(uint64_t address,
                                                 uint64_t value) {
  uint64_t offset = address - core_registers;
  if (offset < register_page_bytes) {
    if (offset == core_register::mail_done) {
      board_->event(ChipEvent::done, number_, static_cast<uint32_t>(value),
                    hart_.cycle());
      return Access::done;
    }
    if (offset < core_register::dma)
      return Access::fault;
    return finish(
        dma_.store(offset - core_register::dma, value, hart_.cycle()));
  }
  if (may_manage(address))
    return finish(board_->store(address - management_registers, value),
                  Waiting::event);
  return Access::fault;
}

bool ChipCore::may_manage(uint64_t address) const {
  return number_ == 0 && address - management_registers < register_page_bytes;
}

riscv::HartPort::Access ChipCore::finish(RegisterAnswer answer,
                                         Waiting waiting) {
  bool timed = answer.until != RegisterAnswer::never;
  if (answer.access == Access::blocked)
    waiting_ = timed ? Waiting::time : waiting;
  until_ = answer.until;
  return answer.access;
}

riscv::HartPort::Access ChipCore::finish(Dma::Answer answer) {
  transfers_race_ = answer.is_race;
  if (answer.access == Access::blocked) {
    waiting_ = Waiting::time;
    until_ = answer.until;
  }
  hart_.watch_races = dma_.has_unwaited();
  return answer.access;
}

bool ChipCore::may_access(uint64_t address, uint64_t bytes, bool is_write) {
  return dma_.may_access(address, bytes, is_write);
}

uint64_t ChipCore::dram_cycles(uint64_t address, uint64_t bytes, bool is_write,
                               uint64_t now) {
  return lines_.touch(address, bytes, is_write, now);
}

} // namespace landfall::reef::sim
