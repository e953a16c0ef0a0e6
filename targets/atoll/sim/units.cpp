//===- units.cpp - What instructions do, and how long it takes ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/scalar_op.h"
#include "targets/atoll/sim/core.h"

#include <algorithm>

namespace landfall::atoll::sim {

namespace {

using sim_kit::in_units, sim_kit::takes;
constexpr size_t buffer = size_t(tile::Space::vector);

/// A transfer with DRAM.
sim_kit::Duration transfers(Units &units) {
  return sim_kit::transfers(*units.dram, units.chip.dma_bytes_per_cycle,
                            units.chip.dram_latency_cycles());
}

/// load, store, move, fill. Strides 0 are those in DRAM, or of a move's source.
std::unique_ptr<sim_kit::Work> copy(const Decoded &in, Units &units) {
  const Instruction &fields = in.fields;
  // The destination has stride 1, and moves are timed by it.
  sim_kit::CopyTask task = {{fields.result, fields.places[0]},
                            {fields.type, fields.places[1]},
                            1,
                            0,
                            1,
                            fields.operation,
                            {},
                            {in.dimensions, fields.rank}};
  sim_kit::MemoryPlace dram = {dram_space, in.address};
  if (fields.opcode == Opcode::fill) {
    task.constant = fields.wide;
  } else if (fields.opcode == Opcode::load) {
    task.from = dram;
    task.timed = 0;
  } else if (fields.opcode == Opcode::store) {
    task.to = dram;
    std::swap(task.to_operand, task.from_operand);
    task.timed = 0;
  }
  return make_task(task, units.memories,
                   task.timed ? sim_kit::moves(units.chip.move_bytes_per_cycle)
                              : transfers(units));
}

/// Register 0: blocks, and the bytes that an index counts; register 1: bytes of
/// a block.
std::unique_ptr<sim_kit::Work> gather(const Decoded &in, Units &units) {
  sim_kit::GatherTask task = {
      {buffer, in.fields.places[0]}, {dram_space, in.address},
      {buffer, in.fields.places[1]}, in.dimensions[0].count,
      in.dimensions[1].count,        in.dimensions[0].strides[0]};
  return make_task(task, units.memories, transfers(units));
}

/// Register 0: rows, and their distances in L0C (stride 0) and L0A (1).
/// Register 1: columns. Register 2: depth, and the distance of rows in L0B (2).
std::unique_ptr<sim_kit::Work> multiply(const Decoded &in, Units &units) {
  const tile::MatrixProduct &kind =
      units.can.products[in.fields.operation & ~adds_bit];
  auto [rows, columns, depth, unused] = in.dimensions;
  uint64_t edge = units.chip.matrix_edge;
  sim_kit::ProductTask task;
  task.product = {rows.count,
                  columns.count,
                  depth.count,
                  {kind.left, nullptr, rows.strides[1]},
                  {kind.right, nullptr, depth.strides[2]},
                  {kind.accumulator, nullptr, rows.strides[0]},
                  bool(in.fields.operation & adds_bit),
                  edge};
  task.sums = {size_t(tile::Space::accumulator), in.fields.places[0]};
  task.left = {size_t(tile::Space::left), in.fields.places[1]};
  task.right = {size_t(tile::Space::right), in.fields.places[2]};
  uint64_t blocks = in_units(rows.count, edge) * in_units(columns.count, edge) *
                    in_units(depth.count, edge);
  units.multiply_adds += rows.count * columns.count * depth.count;
  // The pipeline is as long as the edge.
  return make_task(task, units.memories,
                   takes(blocks * block_cycles(kind), edge));
}

/// Cycles of rows of elements of so many bytes.
uint64_t vector_cycles(const Decoded &in, const Units &units, uint64_t bytes,
                       ScalarCost cost) {
  constexpr uint64_t startup = 4, division = 4, series = 8;
  sim_kit::Loops loops(in.dimensions.data(), in.fields.rank);
  uint64_t row = loops.empty() ? 1 : loops.back().count;
  uint64_t rows = row ? sim_kit::points(loops) / row : 0;
  uint64_t each = cost == ScalarCost::simple     ? 1
                  : cost == ScalarCost::division ? division
                                                 : series;
  return startup + rows * in_units(row * bytes, units.chip.vector_bytes) * each;
}

/// vector, reduce.
std::unique_ptr<sim_kit::Work> elements(const Decoded &in, Units &units) {
  auto [to, a, b, c] = in.fields.places;
  sim_kit::ElementTask task = {{ScalarOp(in.fields.operation),
                                DType(in.fields.type), DType(in.fields.result)},
                               in.fields.opcode == Opcode::reduce,
                               buffer,
                               {to, a, b, c},
                               {in.dimensions, in.fields.rank}};
  uint64_t bytes =
      std::max(size_of(task.operation.type), size_of(task.operation.result));
  return make_task(
      task, units.memories,
      takes(vector_cycles(in, units, bytes, cost_of(task.operation.op))));
}

std::unique_ptr<sim_kit::Work> ramp(const Decoded &in, Units &units) {
  sim_kit::RampTask task = {{buffer, in.fields.places[0]},
                            in.fields.wide,
                            in.dimensions[0].strides[1],
                            in.dimensions[0].count};
  return make_task(
      task, units.memories,
      takes(vector_cycles(in, units, sizeof(int32_t), ScalarCost::simple)));
}

} // namespace

std::unique_ptr<sim_kit::Work> make_work(const Decoded &decoded, Units &units) {
  switch (decoded.fields.opcode) {
  case Opcode::gather:
    return gather(decoded, units);
  case Opcode::multiply:
    return multiply(decoded, units);
  case Opcode::vector:
  case Opcode::reduce:
    return elements(decoded, units);
  case Opcode::ramp:
    return ramp(decoded, units);
  default:
    return copy(decoded, units);
  }
}

} // namespace landfall::atoll::sim
