//===- encoder.cpp - The tiler's calls as instructions --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/newchip/driver/encoder.h"

#include <algorithm>

namespace landfall::newchip {

using tile::Queue;

Instruction &Encoder::add(Opcode opcode, Queue queue, int rank) {
  Instruction &added = list_.emplace_back();
  added.opcode = opcode;
  added.queue = uint8_t(queue);
  added.rank = uint8_t(rank);
  return added;
}

Instruction &Encoder::add_copy(Opcode opcode, Queue queue,
                               const tile::Box &box) {
  Instruction &added = add(opcode, queue, box.rank);
  added.element_bytes = uint32_t(box.element_bytes);
  for (int d = 0; d < box.rank; ++d) {
    const tile::BoxDimension &in = box.dimensions[d];
    added.dimensions[d] = {in.count,
                           {in.destination_stride, in.source_stride},
                           in.before,
                           in.after};
  }
  return added;
}

void Encoder::add_operand(Instruction &to, int number,
                          const tile::VectorOperand &operand) {
  to.places[number] = operand.place.offset;
  for (int d = 0; d < to.rank; ++d)
    to.dimensions[d].strides[number] = operand.strides[d];
}

void Encoder::load(const tile::LoadCall &call) {
  Instruction &added = add_copy(Opcode::load, Queue::load, call.box);
  added.operand = call.source.operand;
  added.wide = call.source.offset;
  added.result = uint8_t(call.destination.space);
  added.places[0] = call.destination.offset;
}

void Encoder::store(const tile::StoreCall &call) {
  Instruction &added = add_copy(Opcode::store, Queue::store, call.box);
  added.operand = call.destination.operand;
  added.wide = call.destination.offset;
  added.type = uint8_t(call.source.space);
  added.places[1] = call.source.offset;
}

void Encoder::move(const tile::MoveCall &call) {
  Instruction &added = add_copy(Opcode::move, Queue::move, call.box);
  added.type = uint8_t(call.source.space);
  added.result = uint8_t(call.destination.space);
  added.places[0] = call.destination.offset;
  added.places[1] = call.source.offset;
}

void Encoder::fill(const tile::FillCall &call) {
  bool is_vector = call.destination.space == tile::Space::vector;
  Instruction &added =
      add_copy(Opcode::fill, is_vector ? Queue::vector : Queue::move, call.box);
  added.result = uint8_t(call.destination.space);
  added.wide = int64_t(call.bits);
  added.places[0] = call.destination.offset;
}

/// Dimensions: rows with the strides of sums and the left operand, columns,
/// depth with the stride of the right one.
void Encoder::multiply(const tile::MultiplyCall &call) {
  Instruction &added = add(Opcode::multiply, Queue::matrix, 3);
  added.adds = call.adds;
  added.type = uint8_t(call.product.left);
  added.right = uint8_t(call.product.right);
  added.result = uint8_t(call.product.accumulator);
  added.places[0] = call.accumulator.place.offset;
  added.places[1] = call.left.place.offset;
  added.places[2] = call.right.place.offset;
  added.dimensions[0] = {call.rows,
                         {call.accumulator.row_stride, call.left.row_stride}};
  added.dimensions[1] = {call.columns};
  added.dimensions[2] = {call.depth, {0, 0, call.right.row_stride}};
}

void Encoder::vector(const tile::VectorCall &call) {
  Instruction &added = add(Opcode::vector, Queue::vector, call.rank);
  added.operation = uint8_t(call.operation.op);
  added.type = uint8_t(call.operation.type);
  added.result = uint8_t(call.operation.result);
  for (int d = 0; d < call.rank; ++d)
    added.dimensions[d].count = call.counts[d];
  add_operand(added, 0, call.destination);
  for (int s = 0; s < call.source_count; ++s)
    add_operand(added, 1 + s, call.sources[s]);
}

void Encoder::reduce(const tile::ReduceCall &call) {
  Instruction &added = add(Opcode::reduce, Queue::vector, call.rank);
  added.operation = uint8_t(call.op);
  added.type = added.result = uint8_t(call.type);
  for (int d = 0; d < call.rank; ++d)
    added.dimensions[d].count = call.counts[d];
  add_operand(added, 0, call.destination);
  add_operand(added, 1, call.source);
}

void Encoder::ramp(const tile::RampCall &call) {
  Instruction &added = add(Opcode::ramp, Queue::vector, 1);
  added.wide = call.first;
  added.places[0] = call.destination.offset;
  added.dimensions[0] = {call.count, {4, call.step}};
}

void Encoder::gather(const tile::GatherCall &call) {
  Instruction &added = add(Opcode::gather, Queue::load, 2);
  added.operand = call.source.operand;
  added.wide = call.source.offset;
  added.places[0] = call.destination.offset;
  added.places[1] = call.indices.offset;
  added.dimensions[0] = {call.count, {0, call.index_bytes}};
  added.dimensions[1] = {call.block_bytes};
}

void Encoder::set(uint8_t from, uint8_t to) {
  add(Opcode::set, Queue(from), to);
}

void Encoder::wait(uint8_t from, uint8_t to) {
  add(Opcode::wait, Queue(to), from);
}

} // namespace landfall::newchip
