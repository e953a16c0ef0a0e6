//===- timing.h - The timing model of a hart --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// First-order: in-order issue of `issue_width` instructions per cycle, each
// when its sources are ready (scoreboard). Instruction fetch is free.
//
//   result ready after   alu 1   mul 3   div 20   fp 4   fp divide, root 20
//                        load 3 from the scratchpad, HartPort::dram_cycles
//                        from DRAM
//   a taken branch       ends the cycle's issue and costs one more
//   a store to DRAM      goes to a buffer of 8; issue stalls while it is full
//
// Vectors: one arithmetic and one memory pipe, each in order, behind a common
// queue of 4. An operation takes ceil(bits of all elements / VLEN) cycles, a
// division or root 8 times that. Its result can be chained into another
// operation after its latency, and is complete after latency + cycles. A
// contiguous access to the scratchpad moves 2 * VLEN bits per cycle, any other
// one element per cycle; an access to DRAM takes HartPort::dram_cycles if that
// is more.
//
// Matrix: in order, a queue of `matrix_queue`. An instruction starts when its
// operands are complete and takes ceil(tm * tn * tk / multiply-adds per cycle).
// It reads its vector operands when it starts; an instruction that overwrites
// them waits until then. Reading or loading a tile waits for all earlier
// instructions that use the tile.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/hart.h"
#include "riscv/instruction.h"

#include <algorithm>
#include <array>
#include <vector>

namespace landfall::riscv {

/// `count` vector registers, or tiles, from `first` on.
struct Span {
  unsigned first = 0, count = 0;
  unsigned step = 1; ///< From one to the next.
};

/// What the timing model needs of a vector or matrix instruction.
struct VectorWork {
  Span target, source1, source2, source3;
  Span tiles;                   ///< Tiles that it reads or writes.
  uint64_t cycles = 1;          ///< Cycles on its engine.
  uint64_t macs = 0;            ///< Multiply-adds of a matrix product.
  uint8_t scalar = slot_unused; ///< The slot of a scalar result.
};

struct Timing {
  static constexpr uint64_t scratchpad_latency = 3, vector_latency = 4,
                            matrix_latency = 4;
  static constexpr unsigned store_buffer = 8, vector_queue = 4;

  explicit Timing(const HartConfig &config);

  /// Discards all instructions in flight; keeps the clock and the counters.
  void clear();

  /// Issues the instruction; `cycle` is then the cycle of issue.
  void issue(const Instruction &instruction) {
    uint64_t at = std::max(
        std::max(cycle, ready[instruction.source1]),
        std::max(ready[instruction.source2], ready[instruction.source3]));
    if (slots_left == 0 || at > cycle)
      begin_cycle(std::max(at, cycle + 1));
    --slots_left;
  }

  /// Records the result of an executed instruction; `memory` holds the cost of
  /// its accesses.
  void finish(const Instruction &instruction) {
    ready[instruction.target] =
        cycle + (instruction.unit == Unit::load
                     ? memory
                     : latency[static_cast<int>(instruction.unit)]);
    if (instruction.unit == Unit::store && memory > scratchpad_latency)
      buffer_store();
  }
  void finish_vector(Unit unit, const VectorWork &work);

  void take_branch() {
    slots_left = 0;
    ++cycle;
    ++counters.issue.stalled;
  }

  uint64_t cycle = 0;
  uint64_t memory = 0; ///< Cycles of this instruction's accesses.
  std::array<uint64_t, slots> ready = {};
  HartCounters counters;

private:
  static const uint8_t latency[];

  void begin_cycle(uint64_t at) {
    counters.issue.busy += 1;
    counters.issue.stalled += at - cycle - 1;
    cycle = at;
    slots_left = width;
  }
  /// Stalls issue until cycle `at`.
  void stall_until(uint64_t at);
  void buffer_store();
  void run_vector(Unit unit, const VectorWork &work);
  void run_matrix(const VectorWork &work);
  uint64_t vector_whole(const Span &span) const;
  uint64_t vector_chained(const Span &span) const;
  uint64_t tiles_moved(const Span &span) const;
  uint64_t tiles_computed(const Span &span) const;

  const unsigned width;
  unsigned slots_left = 0;

  std::array<uint64_t, store_buffer> stores = {};
  unsigned next_store = 0;

  // By vector register: when a result can be chained, when it is whole, and
  // until when the matrix unit has yet to read it. By 8-bit tile: when the
  // vector unit has moved it, and the matrix unit computed it.
  std::array<uint64_t, 32> chained = {}, whole = {}, unread_until = {};
  std::array<uint64_t, 16> tile_moved = {}, tile_computed = {};
  uint64_t arithmetic_free = 0, memory_free = 0, matrix_free = 0;
  std::array<uint64_t, vector_queue> vector_starts = {};
  unsigned next_vector_start = 0;
  std::vector<uint64_t> matrix_starts;
  unsigned next_matrix_start = 0;
};

} // namespace landfall::riscv
