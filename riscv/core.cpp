//===- core.cpp - The loop of a hart, and its memory ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/core.h"

#include "riscv/execute.h"
#include "riscv/host_float.h"
#include "riscv/vector_work.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <iterator>

using namespace landfall::riscv;

Core::Core(const HartConfig &config, MemoryRegion dram, MemoryRegion scratchpad,
           HartPort &port, const bool &watch_races)
    : config(config), dram(dram), scratchpad(scratchpad), port(port),
      watch_races(watch_races), v(32 * (config.vlen / 8)),
      tiles(size_t{16} * config.tile_edge * config.tile_edge), timing(config) {
  assert(config.vlen >= 128 && config.vlen <= max_vlen &&
         std::has_single_bit(config.vlen));
  assert(config.tile_edge <= max_vlen / 8 &&
         (config.tile_edge == 0 || std::has_single_bit(config.tile_edge)));
}

void Core::reset(uint64_t entry, uint64_t a0) {
  std::fill(std::begin(x), std::end(x), 0);
  std::fill(std::begin(f), std::end(f), 0);
  std::fill(v.begin(), v.end(), 0);
  std::fill(tiles.begin(), tiles.end(), 0);
  pc = entry;
  x[10] = a0;
  fflags = frm = vxrm = vxsat = 0;
  vl = vstart = tm = tk = 0;
  vtype = vtype_illegal;
  shape = {};
  reserved.reset();
  stop.reset();
  fault = {};
  timing.clear();
  code.check();
}

void Core::raise(FaultCause cause, uint64_t address) {
  if (stop)
    return;
  stop = Hart::Stop::fault;
  fault = {cause, pc, address, bits};
}

const uint8_t *Core::find_code(uint64_t address, uint64_t bytes) const {
  for (const MemoryRegion *region : {&dram, &scratchpad})
    if (address - region->base < region->bytes &&
        bytes <= region->bytes - (address - region->base))
      return region->host + (address - region->base);
  return nullptr;
}

/// The decoded instruction at the core's pc; null and a fault if there is none.
static const Instruction *fetch(Core &core) {
  Instruction *slot = core.code.find(core.pc);
  if (!slot) {
    uint64_t base = core.pc / CodeCache::page_bytes * CodeCache::page_bytes;
    size_t bytes = CodeCache::page_bytes + 2;
    while (bytes && !core.find_code(base, bytes))
      bytes -= 2;
    if (!bytes || core.pc % 2) {
      core.bits = 0;
      core.raise(FaultCause::fetch_access, core.pc);
      return nullptr;
    }
    core.code.enter(core.pc, core.find_code(base, bytes), bytes);
    slot = core.code.find(core.pc);
  }
  if (slot->execute)
    return slot;
  uint32_t bits = 0;
  const uint8_t *host = core.find_code(core.pc, 2);
  bool is_wide = host && (*host & 3) == 3;
  if (is_wide)
    host = core.find_code(core.pc, 4);
  if (!host) {
    core.bits = 0;
    core.raise(FaultCause::fetch_access, core.pc);
    return nullptr;
  }
  std::memcpy(&bits, host, is_wide ? 4 : 2);
  *slot = decode(bits);
  return slot;
}

/// Executes an instruction and updates the timing. Restores the floating-point
/// flags after integer instructions.
static void execute_vector(Core &core, const Instruction &in) {
  VectorWork work = vector_work(core, in);
  bool is_float = (in.bits >> 12 & 3) == 1;
  if (is_float) {
    in.execute(core, in);
  } else {
    KeepFlags scope;
    in.execute(core, in);
  }
  if (!core.stop)
    core.timing.finish_vector(in.unit, work);
}

Hart::Stop Core::run(uint64_t cycle_limit) {
  if (stop == Hart::Stop::fault)
    return *stop;
  stop.reset();
  HostFloat host_float(fflags);
  while (timing.cycle < cycle_limit) {
    const Instruction *instruction = fetch(*this);
    if (!instruction)
      return *stop;
    bits = instruction->bits;
    next_pc = pc + instruction->bytes;
    timing.issue(*instruction);
    if (instruction->unit >= Unit::vector) {
      execute_vector(*this, *instruction);
    } else {
      instruction->execute(*this, *instruction);
      timing.finish(*instruction);
    }
    if (stop)
      return *stop;
    if (next_pc != pc + instruction->bytes)
      timing.take_branch();
    pc = next_pc;
    ++instructions;
  }
  return Hart::Stop::limit;
}

uint8_t *Core::find_memory(uint64_t address, uint64_t bytes, bool is_write) {
  uint8_t *host = find(address, bytes, is_write);
  if (!host)
    raise(is_write ? FaultCause::store_access : FaultCause::load_access,
          address);
  return host;
}

bool Core::accept(HartPort::Access access, FaultCause cause, uint64_t address) {
  if (access == HartPort::Access::done)
    return true;
  if (access == HartPort::Access::blocked)
    stop = Hart::Stop::blocked;
  else
    raise(cause, address);
  return false;
}

bool Core::load_register(uint64_t address, uint64_t bytes, uint64_t &value) {
  if (stop)
    return false;
  if (bytes != 8 || address % 8)
    raise(FaultCause::load_access, address);
  return !stop && accept(port.load_register(address, value),
                         FaultCause::load_access, address);
}

bool Core::store_register(uint64_t address, uint64_t bytes, uint64_t value) {
  if (stop)
    return false;
  if (bytes != 8 || address % 8)
    raise(FaultCause::store_access, address);
  return !stop && accept(port.store_register(address, value),
                         FaultCause::store_access, address);
}
