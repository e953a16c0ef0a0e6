//===- hart.cpp - One RISC-V hart of a simulated chip -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/hart.h"

#include "riscv/core.h"

using namespace landfall::riscv;

Hart::Hart(const HartConfig &config, MemoryRegion dram, MemoryRegion scratchpad,
           HartPort &port)
    : core_(std::make_unique<Core>(config, dram, scratchpad, port,
                                   watch_races)) {}

Hart::~Hart() = default;

void Hart::reset(uint64_t pc, uint64_t a0) { core_->reset(pc, a0); }

Hart::Stop Hart::run(uint64_t cycle_limit) { return core_->run(cycle_limit); }

uint64_t Hart::cycle() const { return core_->timing.cycle; }

void Hart::set_cycle(uint64_t cycle) {
  core_->timing.cycle = std::max(core_->timing.cycle, cycle);
}

const Fault &Hart::fault() const { return core_->fault; }

const HartCounters &Hart::counters() const {
  core_->timing.counters.instructions = core_->instructions;
  return core_->timing.counters;
}

uint64_t Hart::pc() const { return core_->pc; }

uint64_t Hart::x(unsigned index) const { return index ? core_->x[index] : 0; }

void Hart::set_x(unsigned index, uint64_t value) {
  core_->x[index ? index : discarded] = value;
}

uint64_t Hart::f(unsigned index) const { return core_->f[index]; }

void Hart::set_f(unsigned index, uint64_t value) { core_->f[index] = value; }

uint8_t *Hart::v(unsigned index) {
  return core_->v.data() + index * (core_->config.vlen / 8);
}

uint8_t *Hart::tile(unsigned index) {
  return core_->tiles.data() +
         size_t{index} * core_->config.tile_edge * core_->config.tile_edge;
}
