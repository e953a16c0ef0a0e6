//===- timing.h - First-order time of a hart --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// In order, `issue_width` instructions a cycle; each waits for its sources
// (scoreboard). Fetching code costs nothing.
//
//   result ready after   alu 1   mul 3   div 20   fp 4   fp divide, root 20
//                        load 3 from the scratchpad, from DRAM what it says
//   a taken branch       ends the cycle's issue and costs one more
//   a store to DRAM      waits in a buffer of 8, issue stalls when it is full
//
// Vectors: one arithmetic and one memory pipe, each in order, a queue of 4 in
// front of both. An operation takes ceil(element bits / VLEN) cycles, divisions
// and roots 8 times that; its result can be chained into another operation
// after its latency and is whole after latency + cycles. Memory moves 2 * VLEN
// bits a cycle where it is contiguous in the scratchpad, else one element; in
// DRAM what it says, if more.
//
// Matrix: a queue of `matrix_queue`, in order; an instruction starts when its
// operands are whole and takes ceil(tm * tn * tk / multiply-adds a cycle). It
// reads its vector operands when it starts: who overwrites them waits for that.
// Reading or loading a tile waits for those before it that touch the tile.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/hart.h"
#include "riscv/instruction.h"

#include <algorithm>
#include <array>
#include <vector>

namespace landfall::riscv {

/// `count` registers of the vector file, or tiles, from `first` on.
struct Span {
  unsigned first = 0, count = 0;
  unsigned step = 1; ///< From one to the next.
};

/// What an instruction with vector or matrix operands does, for its time.
struct VectorWork {
  Span target, source1, source2, source3;
  Span tiles;                   ///< Read or written.
  uint64_t cycles = 1;          ///< On its engine.
  uint64_t macs = 0;            ///< Useful ones, for a matrix multiplication.
  uint8_t scalar = slot_unused; ///< A scalar result.
};

struct Timing {
  static constexpr uint64_t scratchpad_latency = 3, vector_latency = 4,
                            matrix_latency = 4;
  static constexpr unsigned store_buffer = 8, vector_queue = 4;

  explicit Timing(const HartConfig &config);

  /// Nothing is under way any more; the clock and the counters go on.
  void clear();

  /// The instruction leaves for its unit; `cycle` is then when.
  void issue(const Instruction &instruction) {
    uint64_t at = std::max(
        std::max(cycle, ready[instruction.source1]),
        std::max(ready[instruction.source2], ready[instruction.source3]));
    if (slots_left == 0 || at > cycle)
      begin_cycle(std::max(at, cycle + 1));
    --slots_left;
  }

  /// It has been executed; `memory` says what its accesses cost.
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
  /// Issue cannot go on before `at`.
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
