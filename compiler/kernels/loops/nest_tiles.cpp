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

namespace {

/// Emits what a value is computed from, then the value.
void emit_with_operands(NodeId id, BodyEmitter &body) {
  if (body.has(id))
    return;
  for (NodeId arg : body.frame().kernel.nodes[id].args)
    emit_with_operands(arg, body);
  body.emit(id);
}

} // namespace

/// Strips of as many iterations of the loop along the reads as a vector has
/// lanes; in each, vectors along the writes.
void NestEmitter::emit_tiles(Value *low, Value *high, BodyEmitter &outer) {
  emit_for(frame_, low, high, vector_.step(), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             Value *end = least(b.CreateAdd(first, vector_.step()), high);
             Value *extent = this->extent(plan_.lane_place);
             emit_for(frame_, frame_.index(0), extent, vector_.step(), {},
                      [&](Value *index, llvm::ArrayRef<Value *>) {
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
  std::vector<Block> blocks;
  for (NodeId load : plan_.transposed)
    blocks.push_back(transpose_block(load, corner));
  emit_for(frame_, frame_.index(0), vector_.step(), [&](Value *row) {
    BodyEmitter body(vector_, &outer);
    LaneCode code(frame_);
    for (const Block &block : blocks) {
      DType type = kernel().operands[kernel().nodes[block.load].index].dtype;
      llvm::Type *stored = llvm::FixedVectorType::get(
          b.getIntNTy(info(type).bytes * 8), vector_.fixed_width());
      Value *value = b.CreateLoad(stored, b.CreateGEP(stored, block.rows, row));
      body.bind(block.load,
                LaneValue::varying(type, emit_from_storage(code, type, value)));
    }
    emit_point(b.CreateAdd(first, row), index, body);
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
NestEmitter::Block NestEmitter::transpose_block(NodeId load,
                                                BodyEmitter &corner) {
  const Node &node = kernel().nodes[load];
  for (NodeId arg : node.args)
    emit_with_operands(arg, corner);
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
  llvm::AllocaInst *slot =
      frame_.stack_slot(llvm::ArrayType::get(vector, lanes));
  for (unsigned row = 0; row < lanes; ++row)
    b.CreateStore(rows[row], b.CreateConstGEP1_64(vector, slot, row));
  return {load, slot};
}

} // namespace landfall::kernels
