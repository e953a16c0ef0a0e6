//===- units.cpp - What instructions do, and how long it takes ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/scalar_op.h"
#include "targets/newchip/sim/core.h"

#include <algorithm>

namespace landfall::newchip::sim {

namespace {

using sim_kit::in_units, sim_kit::takes;
constexpr size_t buffer = size_t(tile::Space::vector);

sim_kit::TaskLoops loops_of(const Instruction &fields) {
  sim_kit::TaskLoops loops;
  loops.rank = fields.rank;
  for (size_t d = 0; d < max_rank; ++d) {
    const Dimension &in = fields.dimensions[d];
    loops.list[d] = {
        uint64_t(in.count),
        {in.strides[0], in.strides[1], in.strides[2], in.strides[3]},
        uint64_t(in.before),
        uint64_t(in.after)};
  }
  return loops;
}

sim_kit::Duration transfers(Units &units) {
  return sim_kit::transfers(*units.dram, units.chip.dma_bytes_per_cycle,
                            units.chip.dram_latency_cycles());
}

/// load, store, move, fill.
std::unique_ptr<sim_kit::Work> copy(const Instruction &fields, int64_t address,
                                    Units &units) {
  sim_kit::CopyTask task;
  task.to = {fields.result, fields.places[0]};
  task.from = {fields.type, fields.places[1]};
  task.element_bytes = fields.element_bytes;
  task.loops = loops_of(fields);
  bool with_dram = true;
  if (fields.opcode == Opcode::load) {
    task.from = {dram_space, address};
    task.timed = task.from_operand;
  } else if (fields.opcode == Opcode::store) {
    task.to = {dram_space, address};
  } else {
    with_dram = false;
    if (fields.opcode == Opcode::fill)
      task.constant = uint64_t(fields.wide);
  }
  return make_task(task, units.memories,
                   with_dram ? transfers(units)
                             : sim_kit::moves(units.chip.move_bytes_per_cycle));
}

std::unique_ptr<sim_kit::Work> gather(const Instruction &fields,
                                      int64_t address, Units &units) {
  auto [blocks, bytes, unused, unused_too] = fields.dimensions;
  sim_kit::GatherTask task = {
      {buffer, fields.places[0]}, {dram_space, address},
      {buffer, fields.places[1]}, uint64_t(blocks.count),
      uint64_t(bytes.count),      blocks.strides[1]};
  return make_task(task, units.memories, transfers(units));
}

std::unique_ptr<sim_kit::Work> multiply(const Instruction &fields,
                                        Units &units) {
  auto [rows, columns, depth, unused] = fields.dimensions;
  uint64_t edge = units.chip.matrix_edge;
  DType left = DType(fields.type);
  sim_kit::ProductTask task;
  task.product = {uint64_t(rows.count),
                  uint64_t(columns.count),
                  uint64_t(depth.count),
                  {left, nullptr, rows.strides[1]},
                  {DType(fields.right), nullptr, depth.strides[2]},
                  {DType(fields.result), nullptr, rows.strides[0]},
                  bool(fields.adds),
                  edge};
  task.sums = {size_t(tile::Space::accumulator), fields.places[0]};
  task.left = {size_t(tile::Space::left), fields.places[1]};
  task.right = {size_t(tile::Space::right), fields.places[2]};
  uint64_t blocks = in_units(rows.count, edge) * in_units(columns.count, edge) *
                    in_units(depth.count, edge);
  units.multiply_adds += uint64_t(rows.count * columns.count * depth.count);
  // The pipeline is as long as the edge.
  return make_task(task, units.memories,
                   takes(blocks * block_cycles(left), edge));
}

/// Rows of the innermost dimension, in vectors of `bytes` an element.
uint64_t vector_cycles(const sim_kit::TaskLoops &task_loops, const Units &units,
                       uint64_t bytes, ScalarCost cost) {
  constexpr uint64_t startup = 4, division = 4, series = 8;
  sim_kit::Loops loops = task_loops;
  uint64_t row = loops.empty() ? 1 : loops.back().count;
  uint64_t rows = row ? sim_kit::points(loops) / row : 0;
  uint64_t each = cost == ScalarCost::simple     ? 1
                  : cost == ScalarCost::division ? division
                                                 : series;
  return startup + rows * in_units(row * bytes, units.chip.vector_bytes) * each;
}

/// vector, reduce.
std::unique_ptr<sim_kit::Work> elements(const Instruction &fields,
                                        Units &units) {
  auto [to, a, b, c] = fields.places;
  sim_kit::ElementTask task = {
      {ScalarOp(fields.operation), DType(fields.type), DType(fields.result)},
      fields.opcode == Opcode::reduce,
      buffer,
      {to, a, b, c},
      loops_of(fields)};
  uint64_t bytes =
      std::max(size_of(task.operation.type), size_of(task.operation.result));
  return make_task(task, units.memories,
                   takes(vector_cycles(task.loops, units, bytes,
                                       cost_of(task.operation.op))));
}

std::unique_ptr<sim_kit::Work> ramp(const Instruction &fields, Units &units) {
  const Dimension &numbers = fields.dimensions[0];
  sim_kit::RampTask task = {{buffer, fields.places[0]},
                            fields.wide,
                            numbers.strides[1],
                            uint64_t(numbers.count)};
  return make_task(
      task, units.memories,
      takes(vector_cycles(loops_of(fields), units, 4, ScalarCost::simple)));
}

} // namespace

std::unique_ptr<sim_kit::Work> make_work(const Instruction &fields,
                                         int64_t address, Units &units) {
  switch (fields.opcode) {
  case Opcode::gather:
    return gather(fields, address, units);
  case Opcode::multiply:
    return multiply(fields, units);
  case Opcode::vector:
  case Opcode::reduce:
    return elements(fields, units);
  case Opcode::ramp:
    return ramp(fields, units);
  default:
    return copy(fields, address, units);
  }
}

} // namespace landfall::newchip::sim
