//===- hart.h - One RISC-V hart of a simulated chip ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A simulator of an RV64GCV + Xsfmm hart without privilege levels. Results are
// bit-exact; cycles come from a first-order model (timing.h). An instruction
// that is unknown, or illegal in the current state, stops the hart with a
// fault. docs/riscv.md lists the instructions.
//
// A hart is used by one thread at a time. It accesses the memory regions by raw
// pointers, and everything else through its port.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <memory>

namespace landfall::riscv {

/// The widest vector register that a hart can have, in bits.
constexpr unsigned max_vlen = 4096;

struct HartConfig {
  unsigned vlen = 256;    ///< Bits; a power of two, 128 to max_vlen.
  unsigned tile_edge = 0; ///< Rows of a tile, a power of two; 0: no tiles.
  unsigned macs_f32 = 0;  ///< Multiply-adds a cycle by kind of operand;
  unsigned macs_f16 = 0;  ///< 0: the instruction is illegal here. This one
  unsigned macs_i8 = 0;   ///< stands for fp16 and bf16.
  unsigned macs_f8 = 0;   ///< e4m3 and e5m2.
  unsigned issue_width = 2;
  unsigned matrix_queue = 8; ///< Matrix instructions that may wait.
};

enum class FaultCause : uint32_t {
  none,
  illegal_instruction,
  load_access,
  store_access,
  fetch_access,
  misaligned,
  breakpoint,
  race,
};

struct Fault {
  FaultCause cause = FaultCause::none;
  uint64_t pc = 0;
  uint64_t address = 0; ///< The address accessed; 0 if none was.
  uint32_t instruction = 0;
};

/// Plain memory, contiguous on the host. Must outlive the hart.
struct MemoryRegion {
  uint64_t base = 0, bytes = 0;
  uint8_t *host = nullptr;
};

/// The interface of a hart to its surroundings. Implementations must not use
/// floating point: while a hart runs, the host's floating-point modes and flags
/// are the hart's.
class HartPort {
public:
  virtual ~HartPort() = default;

  /// `blocked`: the hart retries the same instruction when it is run again.
  enum class Access { done, blocked, fault };

  /// An aligned access of 8 bytes outside the memory regions; accesses of other
  /// widths there are faults.
  virtual Access load_register(uint64_t address, uint64_t &value) = 0;
  virtual Access store_register(uint64_t address, uint64_t value) = 0;

  /// Called for every access to a region while `watch_races` is set. False: the
  /// access races with another engine, and the hart stops with a fault.
  virtual bool may_access(uint64_t address, uint64_t bytes, bool is_write) = 0;

  /// The cycles from `now` until a load or store of DRAM [address, +bytes) is
  /// done, with latency, contention and line buffers. If it is less than the
  /// scratchpad's latency, that is used.
  virtual uint64_t dram_cycles(uint64_t address, uint64_t bytes, bool is_write,
                               uint64_t now) = 0;
};

/// Cycles in which an engine worked (busy), or had work but waited (stalled).
struct EngineTime {
  uint64_t busy = 0, stalled = 0;
};

struct HartCounters {
  uint64_t instructions = 0;
  EngineTime issue, vector, matrix;
  uint64_t matrix_macs = 0; ///< Useful multiply-adds.
};

struct Core;

class Hart {
public:
  /// The port must outlive the hart.
  Hart(const HartConfig &config, MemoryRegion dram, MemoryRegion scratchpad,
       HartPort &port);
  ~Hart();
  Hart(const Hart &) = delete;
  Hart &operator=(const Hart &) = delete;

  /// Clears registers, reservation, fault and decoded code; keeps the clock and
  /// the counters. Starts at `pc` with `a0`.
  void reset(uint64_t pc, uint64_t a0);

  enum class Stop { limit, blocked, fault };

  /// Runs until `cycle()` >= limit, a register access blocks, or a fault. After
  /// a fault it does not run until `reset`. Changed code is seen after fence.i
  /// or `reset`, as on hardware.
  Stop run(uint64_t cycle_limit);

  /// The hart's time: the cycle at which the next instruction can issue.
  uint64_t cycle() const;

  /// Advances the clock (never back), when what the hart waited for has come.
  void set_cycle(uint64_t cycle);

  const Fault &fault() const;
  const HartCounters &counters() const;

  /// Call HartPort::may_access for every access; set while DMA is in flight.
  bool watch_races = false;

  // Registers, for tests and for records of faults.
  uint64_t pc() const;
  uint64_t x(unsigned index) const;
  void set_x(unsigned index, uint64_t value);
  uint64_t f(unsigned index) const;
  void set_f(unsigned index, uint64_t value);
  /// Register v<index>, vlen / 8 bytes; the following registers are contiguous.
  uint8_t *v(unsigned index);
  /// Tile mt<index> of 8-bit elements; those of 32 bits are four of them.
  uint8_t *tile(unsigned index);

private:
  std::unique_ptr<Core> core_;
};

} // namespace landfall::riscv
