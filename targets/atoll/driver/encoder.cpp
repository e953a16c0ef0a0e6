//===- encoder.cpp - The tiler's calls as instructions --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/driver/encoder.h"

#include <algorithm>

namespace landfall::atoll {

using tile::Queue;

namespace {

int32_t offset(const tile::Place &place) { return int32_t(place.offset); }

} // namespace

Instruction &Encoder::emit(Opcode opcode, Queue queue, int rank) {
  return list_.emplace_back(Instruction{opcode, uint8_t(queue), uint8_t(rank)});
}

void Encoder::set_register(Queue queue, int number, const Register &value) {
  Register &held = registers_[size_t(queue)][number];
  if (value.count != held.count || value.strides != held.strides) {
    Instruction &set = emit(Opcode::dimension, queue, number);
    set.wide = value.strides[0];
    for (int k = 0; k < 3; ++k)
      set.places[k] = int32_t(value.strides[k + 1]);
    set.places[3] = int32_t(value.count);
  }
  if (value.before != held.before || value.after != held.after) {
    Instruction &set = emit(Opcode::padding, queue, number);
    set.places[0] = int32_t(value.before);
    set.places[1] = int32_t(value.after);
  }
  held = value;
}

void Encoder::set_box(Queue queue, const tile::Box &box, bool swaps) {
  for (int d = 0; d < box.rank; ++d) {
    const tile::BoxDimension &in = box.dimensions[d];
    Strides strides = {in.source_stride, in.destination_stride};
    if (swaps)
      std::swap(strides[0], strides[1]);
    set_register(queue, d, {in.count, strides, in.before, in.after});
  }
}

void Encoder::load(const tile::LoadCall &call) {
  set_box(Queue::load, call.box);
  Instruction &load = emit(Opcode::load, Queue::load, call.box.rank);
  load.operation = uint8_t(call.box.element_bytes);
  load.result = uint8_t(call.destination.space);
  load.address = uint16_t(call.source.operand);
  load.wide = call.source.offset;
  load.places[0] = offset(call.destination);
}

void Encoder::store(const tile::StoreCall &call) {
  set_box(Queue::store, call.box, true);
  Instruction &store = emit(Opcode::store, Queue::store, call.box.rank);
  store.operation = uint8_t(call.box.element_bytes);
  store.type = uint8_t(call.source.space);
  store.address = uint16_t(call.destination.operand);
  store.wide = call.destination.offset;
  store.places[1] = offset(call.source);
}

void Encoder::move(const tile::MoveCall &call) {
  set_box(Queue::move, call.box);
  Instruction &move = emit(Opcode::move, Queue::move, call.box.rank);
  move.operation = uint8_t(call.box.element_bytes);
  move.type = uint8_t(call.source.space);
  move.result = uint8_t(call.destination.space);
  move.places[0] = offset(call.destination);
  move.places[1] = offset(call.source);
}

void Encoder::fill(const tile::FillCall &call) {
  Queue queue = call.destination.space == tile::Space::vector ? Queue::vector
                                                              : Queue::move;
  set_box(queue, call.box);
  Instruction &fill = emit(Opcode::fill, queue, call.box.rank);
  fill.operation = uint8_t(call.box.element_bytes);
  fill.result = uint8_t(call.destination.space);
  fill.wide = int64_t(call.bits);
  fill.places[0] = offset(call.destination);
}

void Encoder::multiply(const tile::MultiplyCall &call) {
  set_register(
      Queue::matrix, 0,
      {call.rows, {call.accumulator.row_stride, call.left.row_stride}});
  set_register(Queue::matrix, 1, {call.columns});
  set_register(Queue::matrix, 2, {call.depth, {0, 0, call.right.row_stride}});
  Instruction &multiply = emit(Opcode::multiply, Queue::matrix, 3);
  auto kind = std::ranges::find_if(products_, [&](const auto &product) {
    return product.left == call.product.left &&
           product.right == call.product.right &&
           product.accumulator == call.product.accumulator;
  });
  multiply.operation =
      uint8_t(kind - products_.begin()) | (call.adds ? adds_bit : 0);
  multiply.places[0] = offset(call.accumulator.place);
  multiply.places[1] = offset(call.left.place);
  multiply.places[2] = offset(call.right.place);
}

void Encoder::set_vector(int rank, std::span<const int64_t> counts,
                         std::span<const tile::VectorOperand *const> operands) {
  for (int d = 0; d < rank; ++d) {
    Register value = {counts[d]};
    for (size_t k = 0; k < operands.size(); ++k)
      value.strides[k] = operands[k]->strides[d];
    set_register(Queue::vector, d, value);
  }
}

void Encoder::vector(const tile::VectorCall &call) {
  const tile::VectorOperand *operands[] = {&call.destination, &call.sources[0],
                                           &call.sources[1], &call.sources[2]};
  std::span used = std::span(operands).first(1 + call.source_count);
  set_vector(call.rank, call.counts, used);
  Instruction &vector = emit(Opcode::vector, Queue::vector, call.rank);
  vector.operation = uint8_t(call.operation.op);
  vector.type = uint8_t(call.operation.type);
  vector.result = uint8_t(call.operation.result);
  for (size_t k = 0; k < used.size(); ++k)
    vector.places[k] = offset(used[k]->place);
}

void Encoder::reduce(const tile::ReduceCall &call) {
  const tile::VectorOperand *operands[] = {&call.destination, &call.source};
  set_vector(call.rank, call.counts, operands);
  Instruction &reduce = emit(Opcode::reduce, Queue::vector, call.rank);
  reduce.operation = uint8_t(call.op);
  reduce.type = reduce.result = uint8_t(call.type);
  reduce.places[0] = offset(call.destination.place);
  reduce.places[1] = offset(call.source.place);
}

void Encoder::ramp(const tile::RampCall &call) {
  set_register(Queue::vector, 0, {call.count, {4, call.step}});
  Instruction &ramp = emit(Opcode::ramp, Queue::vector, 1);
  ramp.wide = call.first;
  ramp.places[0] = offset(call.destination);
}

void Encoder::gather(const tile::GatherCall &call) {
  set_register(Queue::load, 0, {call.count, {call.index_bytes}});
  set_register(Queue::load, 1, {call.block_bytes});
  Instruction &gather = emit(Opcode::gather, Queue::load, 2);
  gather.address = uint16_t(call.source.operand);
  gather.wide = call.source.offset;
  gather.places[0] = offset(call.destination);
  gather.places[1] = offset(call.indices);
}

void Encoder::set(uint8_t from, uint8_t to) {
  emit(Opcode::set, Queue(from), to);
}

void Encoder::wait(uint8_t from, uint8_t to) {
  emit(Opcode::wait, Queue(to), from);
}

} // namespace landfall::atoll
