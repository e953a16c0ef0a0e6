//===- core.h - The state of a hart, and its memory -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The state that the functions of execute.h operate on. Registers are plain
// members. Memory is accessed through `load` and `store`; if they return false,
// they have set `stop` (to a fault or to blocked) and the instruction must
// return.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/code_cache.h"
#include "riscv/hart.h"
#include "riscv/timing.h"

#include <cstring>
#include <optional>
#include <vector>

namespace landfall::riscv {

/// The decoded vtype. Logarithms are to base 2, widths in bytes.
struct VectorShape {
  bool is_legal = false;
  int width_log = 0;          ///< Element width (SEW): 0 to 3.
  int multiplier_log = 0;     ///< LMUL: -3 to 3.
  unsigned tile_widening = 0; ///< sf.vsettnt's W: 1, 2, 4; otherwise 0.
  bool is_alternate = false;  ///< Its 16-bit operands are bfloat16.
};

/// Temporary storage for the operands of a vector instruction and for its
/// result before it is written back; each holds a group of eight registers.
struct VectorScratch {
  alignas(64) uint8_t result[max_vlen];
  alignas(64) uint8_t operands[4][max_vlen];
  uint8_t active[max_vlen];
};

struct Core {
  Core(const HartConfig &, MemoryRegion dram, MemoryRegion scratchpad,
       HartPort &, const bool &watch_races);

  void reset(uint64_t pc, uint64_t a0);
  Hart::Stop run(uint64_t cycle_limit);

  /// Stops the hart at the current instruction; later faults are ignored.
  void raise(FaultCause cause, uint64_t address = 0);
  void raise_illegal() { raise(FaultCause::illegal_instruction); }

  /// The host pointer to [address, +bytes), which must be in one region; adds
  /// the access time. Null: a fault, or no region (then `stop` is not set).
  uint8_t *find(uint64_t address, uint64_t bytes, bool is_write);
  /// As `find`, but an address outside the regions is a fault.
  uint8_t *find_memory(uint64_t address, uint64_t bytes, bool is_write);

  template <typename T> bool load(uint64_t address, T &value);
  template <typename T> bool store(uint64_t address, T value);

  /// Host bytes of an instruction; null and a fault outside of memory.
  const uint8_t *find_code(uint64_t address, uint64_t bytes) const;

  const HartConfig config;
  const MemoryRegion dram, scratchpad;
  HartPort &port;
  const bool &watch_races;

  uint64_t x[33] = {}; ///< x[discarded] receives writes to x0.
  uint64_t f[32] = {};
  uint64_t pc = 0, next_pc = 0;
  uint32_t bits = 0; ///< The instruction being executed.

  // Floating point: flags that the host has not recorded itself, and frm.
  uint32_t fflags = 0, frm = 0;

  // The reservation of lr, and what was there.
  std::optional<uint64_t> reserved;
  uint64_t reserved_value = 0;

  // Vectors: registers, then what the CSRs show, then vtype as shape.
  std::vector<uint8_t> v;
  uint64_t vl = 0, vtype = vtype_illegal, vstart = 0;
  uint32_t vxrm = 0, vxsat = 0;
  VectorShape shape;
  VectorScratch scratch;
  static constexpr uint64_t vtype_illegal = 1ull << 63;

  // Tiles, in the order of 8-bit tiles, rows contiguous; lengths m and k.
  std::vector<uint8_t> tiles;
  uint64_t tm = 0, tk = 0;

  std::optional<Hart::Stop> stop;
  Fault fault;
  Timing timing;
  CodeCache code;
  uint64_t instructions = 0;

private:
  bool load_register(uint64_t address, uint64_t bytes, uint64_t &value);
  bool store_register(uint64_t address, uint64_t bytes, uint64_t value);
  bool accept(HartPort::Access access, FaultCause cause, uint64_t address);
};

inline uint8_t *Core::find(uint64_t address, uint64_t bytes, bool is_write) {
  const MemoryRegion *region = &scratchpad;
  uint64_t offset = address - scratchpad.base;
  timing.memory = Timing::scratchpad_latency;
  if (offset >= scratchpad.bytes || bytes > scratchpad.bytes - offset) {
    region = &dram;
    offset = address - dram.base;
    if (offset >= dram.bytes || bytes > dram.bytes - offset)
      return nullptr;
    timing.memory =
        std::max(Timing::scratchpad_latency,
                 port.dram_cycles(address, bytes, is_write, timing.cycle));
  }
  if (watch_races && !port.may_access(address, bytes, is_write)) {
    raise(FaultCause::race, address);
    return nullptr;
  }
  return region->host + offset;
}

template <typename T> bool Core::load(uint64_t address, T &value) {
  if (uint8_t *host = find(address, sizeof(T), false)) {
    std::memcpy(&value, host, sizeof(T));
    return true;
  }
  uint64_t wide = 0;
  if (!load_register(address, sizeof(T), wide))
    return false;
  value = static_cast<T>(wide);
  return true;
}

template <typename T> bool Core::store(uint64_t address, T value) {
  if (uint8_t *host = find(address, sizeof(T), true)) {
    std::memcpy(host, &value, sizeof(T));
    return true;
  }
  return store_register(address, sizeof(T), static_cast<uint64_t>(value));
}

} // namespace landfall::riscv
