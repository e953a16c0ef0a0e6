//===- tasks.h - Work of the usual units -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What an instruction of a unit with explicit memories does (loops.h), as work
// of a queue. How long it takes is the chip's to say.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/loops.h"
#include "sim_kit/queue_engine.h"

namespace landfall::sim_kit {

/// The memories of a core, by the numbers of their spaces.
using Memories = std::span<uint8_t *const>;

struct MemoryPlace {
  size_t space = 0;
  int64_t offset = 0;
};

/// What a task moves, for its duration.
struct Traffic {
  uint64_t runs = 0; ///< Of dense bytes, at the timed end.
  uint64_t run_bytes = 0;
  uint64_t bytes = 0; ///< In all, without padding.
};
using Duration = std::function<Timing(uint64_t start, const Traffic &traffic)>;

/// The loops of an instruction: registers, of which it uses the first `rank`.
struct TaskLoops {
  std::array<Loop, max_box_rank> list;
  size_t rank = 0;
  operator Loops() const { return {list.data(), rank}; }
};

/// A box of elements to another one, or a constant to all elements. Traffic is
/// that of the operand `timed`.
struct CopyTask {
  MemoryPlace to, from;
  size_t to_operand = 0, from_operand = 1; ///< The numbers of their strides.
  size_t timed = 0;
  size_t element_bytes = 0;
  std::optional<uint64_t> constant; ///< Written instead of what `from` has.
  TaskLoops loops;
};

/// Dense blocks from `from` + index * distance, by dense i32 indices.
struct GatherTask {
  MemoryPlace to, from, indices;
  uint64_t count = 0, block_bytes = 0;
  int64_t distance = 0;
};

/// A matrix product, whose operands' addresses are not set.
struct ProductTask {
  MatrixProduct product;
  MemoryPlace left, right, sums;
};

/// An operation on elements of one space, or a reduction over the last loop.
struct ElementTask {
  ElementOperation operation;
  bool is_reduction = false;
  size_t space = 0;
  std::array<int64_t, max_operands> places = {};
  TaskLoops loops;
};

/// i32: first, first + step, ..., dense.
struct RampTask {
  MemoryPlace to;
  int64_t first = 0, step = 1;
  uint64_t count = 0;
};

/// The work of one of these tasks. The memories outlive it.
template <typename Task>
std::unique_ptr<Work> make_task(const Task &task, Memories memories,
                                Duration duration);

} // namespace landfall::sim_kit
