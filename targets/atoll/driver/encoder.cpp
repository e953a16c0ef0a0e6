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

int64_t offset(const tile::Place &place) { return place.offset; }
int space(const tile::Place &place) { return int(place.space); }

} // namespace

void Encoder::emit(Opcode opcode, Queue queue, int rank,
                   std::array<int, 3> kinds, int64_t address, int64_t wide,
                   std::initializer_list<int64_t> places) {
  Instruction &added = list_.emplace_back();
  added.opcode = opcode;
  added.queue = uint8_t(queue);
  added.rank = uint8_t(rank);
  added.operation = uint8_t(kinds[0]);
  added.type = uint8_t(kinds[1]);
  added.result = uint8_t(kinds[2]);
  added.address = uint16_t(address);
  added.wide = wide;
  std::ranges::transform(places, added.places,
                         [](int64_t place) { return int32_t(place); });
}

void Encoder::set_register(Queue queue, int number, const Register &value) {
  Register &held = registers_[size_t(queue)][number];
  auto [s0, s1, s2, s3] = value.strides;
  if (value.count != held.count || value.strides != held.strides)
    emit(Opcode::dimension, queue, number, {}, 0, s0,
         {s1, s2, s3, value.count});
  if (value.before != held.before || value.after != held.after)
    emit(Opcode::padding, queue, number, {}, 0, 0, {value.before, value.after});
  held = value;
}

void Encoder::set_box(Queue queue, const tile::Box &box) {
  for (int d = 0; d < box.rank; ++d) {
    const tile::BoxDimension &in = box.dimensions[d];
    Strides strides = {in.source_stride, in.destination_stride};
    if (queue == Queue::store) // Stride 0 is that in DRAM.
      std::swap(strides[0], strides[1]);
    set_register(queue, d, {in.count, strides, in.before, in.after});
  }
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

void Encoder::load(const tile::LoadCall &call) {
  set_box(Queue::load, call.box);
  emit(Opcode::load, Queue::load, call.box.rank,
       {int(call.box.element_bytes), 0, space(call.destination)},
       call.source.operand, call.source.offset, {offset(call.destination)});
}

void Encoder::store(const tile::StoreCall &call) {
  set_box(Queue::store, call.box);
  emit(Opcode::store, Queue::store, call.box.rank,
       {int(call.box.element_bytes), space(call.source), 0},
       call.destination.operand, call.destination.offset,
       {0, offset(call.source)});
}

void Encoder::move(const tile::MoveCall &call) {
  set_box(Queue::move, call.box);
  emit(Opcode::move, Queue::move, call.box.rank,
       {int(call.box.element_bytes), space(call.source),
        space(call.destination)},
       0, 0, {offset(call.destination), offset(call.source)});
}

void Encoder::fill(const tile::FillCall &call) {
  bool is_vector = call.destination.space == tile::Space::vector;
  Queue queue = is_vector ? Queue::vector : Queue::move;
  set_box(queue, call.box);
  emit(Opcode::fill, queue, call.box.rank,
       {int(call.box.element_bytes), 0, space(call.destination)}, 0,
       int64_t(call.bits), {offset(call.destination)});
}

void Encoder::multiply(const tile::MultiplyCall &call) {
  set_register(
      Queue::matrix, 0,
      {call.rows, {call.accumulator.row_stride, call.left.row_stride}});
  set_register(Queue::matrix, 1, {call.columns});
  set_register(Queue::matrix, 2, {call.depth, {0, 0, call.right.row_stride}});
  auto kind = std::ranges::find_if(products_, [&](const auto &product) {
    return product.left == call.product.left &&
           product.right == call.product.right &&
           product.accumulator == call.product.accumulator;
  });
  int number = int(kind - products_.begin());
  emit(Opcode::multiply, Queue::matrix, 3,
       {number | (call.adds ? adds_bit : 0)}, 0, 0,
       {offset(call.accumulator.place), offset(call.left.place),
        offset(call.right.place)});
}

void Encoder::vector(const tile::VectorCall &call) {
  const tile::VectorOperand *operands[] = {&call.destination, &call.sources[0],
                                           &call.sources[1], &call.sources[2]};
  set_vector(call.rank, call.counts,
             std::span(operands).first(1 + call.source_count));
  emit(Opcode::vector, Queue::vector, call.rank,
       {int(call.operation.op), int(call.operation.type),
        int(call.operation.result)},
       0, 0,
       {offset(operands[0]->place), offset(operands[1]->place),
        offset(operands[2]->place), offset(operands[3]->place)});
}

void Encoder::reduce(const tile::ReduceCall &call) {
  const tile::VectorOperand *operands[] = {&call.destination, &call.source};
  set_vector(call.rank, call.counts, operands);
  emit(Opcode::reduce, Queue::vector, call.rank,
       {int(call.op), int(call.type), int(call.type)}, 0, 0,
       {offset(call.destination.place), offset(call.source.place)});
}

void Encoder::ramp(const tile::RampCall &call) {
  set_register(Queue::vector, 0, {call.count, {4, call.step}});
  emit(Opcode::ramp, Queue::vector, 1, {}, 0, call.first,
       {offset(call.destination)});
}

void Encoder::gather(const tile::GatherCall &call) {
  set_register(Queue::load, 0, {call.count, {call.index_bytes}});
  set_register(Queue::load, 1, {call.block_bytes});
  emit(Opcode::gather, Queue::load, 2, {}, call.source.operand,
       call.source.offset, {offset(call.destination), offset(call.indices)});
}

} // namespace landfall::atoll
