//===- nest_tiles.cpp - Transpositions, tile by tile ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/lane_convert.h"
#include "compiler/kernels/lanes/transpose_block.h"
#include "compiler/kernels/loops/nest_emitter.h"

namespace landfall::kernels {

using llvm::Value;

/// Emits what a value is computed from, then the value.
void NestEmitter::emit_operands(NodeId id, BodyEmitter &body) {
  if (body.has(id))
    return;
  for (NodeId arg : kernel().nodes[id].args)
    emit_operands(arg, body);
  body.emit(id);
}

/// Strips of as many iterations of the loop along the reads as a vector has
/// lanes; in each, vectors along the writes. The last tile of several overlaps
/// the one before it, so that it is a full one.
void NestEmitter::emit_square_tiles(Value *low, Value *high,
                                    BodyEmitter &outer) {
  bool overlaps = frame_.may_repeat_points();
  Value *step = vector_.step();
  auto moved_back = [&](Value *index, Value *low, Value *high) {
    Value *last = b.CreateSub(high, step);
    return overlaps ? b.CreateSelect(b.CreateICmpSGE(last, low),
                                     least(index, last), index)
                    : index;
  };
  emit_for(frame_, low, high, step, {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             first = moved_back(first, low, high);
             Value *end = least(b.CreateAdd(first, step), high);
             Value *zero = frame_.index(0);
             Value *extent = this->extent(plan_.lane_place);
             emit_for(frame_, zero, extent, step, {},
                      [&](Value *index, llvm::ArrayRef<Value *>) {
                        index = moved_back(index, zero, extent);
                        emit_tile(first, end, vector_.index(index), outer);
                        return Values();
                      });
             return Values();
           });
}

/// A full tile is transposed in registers; one at an edge is done element by
/// element.
void NestEmitter::emit_tile(Value *first, Value *end, LaneValue index,
                            BodyEmitter &outer) {
  Value *left = b.CreateSub(extent(plan_.lane_place), index.scalar());
  Value *whole =
      b.CreateAnd(b.CreateICmpSGE(left, vector_.step()),
                  b.CreateICmpEQ(b.CreateSub(end, first), vector_.step()));
  emit_if(
      frame_, whole,
      [&] {
        emit_whole_tile(first, index, outer);
        return Values();
      },
      [&] {
        vector_.set_active(least(left, vector_.step()));
        emit_for(frame_, first, end, [&](Value *walk) {
          BodyEmitter body(vector_, &outer);
          emit_point(walk, index, body);
        });
        vector_.set_active(nullptr);
        return Values();
      });
}

void NestEmitter::emit_whole_tile(Value *first, LaneValue index,
                                  BodyEmitter &outer) {
  BodyEmitter corner(vector_, &outer);
  corner.bind(param(plan_.lane_place - 1),
              LaneValue::uniform(DType::i64, first));
  corner.bind(param(plan_.lane_place), index);
  std::vector<std::pair<NodeId, Values>> blocks;
  for (NodeId load : plan_.transposed)
    blocks.emplace_back(load, transpose_block(load, corner));
  auto emit_row = [&](Value *row,
                      const std::function<Value *(size_t)> &vector) {
    BodyEmitter body(vector_, &outer);
    LaneCode code(frame_);
    for (size_t k = 0; k < blocks.size(); ++k) {
      NodeId load = blocks[k].first;
      DType type = kernel().operands[kernel().nodes[load].index].dtype;
      body.bind(load, LaneValue::varying(
                          type, emit_from_storage(code, type, vector(k))));
    }
    emit_point(b.CreateAdd(first, row), index, body);
  };
  unsigned lanes = vector_.fixed_width();
  if (blocks.size() == 1 && has_short_body()) {
    for (unsigned row = 0; row < lanes; ++row)
      emit_row(frame_.index(row),
               [&](size_t block) { return blocks[block].second[row]; });
    return;
  }
  // A loop over the rows, which lie on the stack.
  Values slots;
  for (auto &[load, rows] : blocks) {
    llvm::Type *type = rows[0]->getType();
    slots.push_back(frame_.stack_slot(llvm::ArrayType::get(type, lanes)));
    for (unsigned row = 0; row < lanes; ++row)
      b.CreateStore(rows[row], b.CreateConstGEP1_64(type, slots.back(), row));
  }
  emit_for(frame_, frame_.index(0), vector_.step(), [&](Value *row) {
    emit_row(row, [&](size_t block) {
      llvm::Type *type = blocks[block].second[0]->getType();
      return b.CreateLoad(type, b.CreateGEP(type, slots[block], row));
    });
  });
}

/// Computes the values that a point of the two innermost loops yields, without
/// storing them.
void NestEmitter::emit_values(Value *walk, LaneValue index, BodyEmitter &body) {
  body.bind(param(plan_.lane_place - 1), LaneValue::uniform(DType::i64, walk));
  body.bind(param(plan_.lane_place), index);
  emit_nodes(plan_.lane_place, plan_.order.size(), body);
}

void NestEmitter::emit_point(Value *walk, LaneValue index, BodyEmitter &body) {
  emit_values(walk, index, body);
  emit_results(body);
}

/// Loads a square: for each lane, as many consecutive elements as there are
/// lanes; and transposes it, so that vector k has element k of every lane.
Values NestEmitter::transpose_block(NodeId load, BodyEmitter &corner) {
  const Node &node = kernel().nodes[load];
  for (NodeId arg : node.args)
    emit_operands(arg, corner);
  LaneValue offset = corner.offset(node.index, node.args);
  int64_t bytes = size_of(kernel().operands[node.index].dtype);
  llvm::Type *element = b.getIntNTy(unsigned(bytes) * 8);
  unsigned lanes = vector_.fixed_width();
  llvm::Type *vector = llvm::FixedVectorType::get(element, lanes);
  Values rows;
  Value *at = offset.scalar();
  for (unsigned lane = 0; lane < lanes; ++lane) {
    if (lane > 0 && offset.is_linear()) // Uniform: the rows have no elements.
      at = b.CreateAdd(at, offset.stride());
    Value *address = b.CreateGEP(element, frame_.operands[node.index], at);
    rows.push_back(
        b.CreateAlignedLoad(vector, address, llvm::Align(uint64_t(bytes))));
  }
  transpose_block_in_place(b, rows);
  return rows;
}

} // namespace landfall::kernels
