//===- nest_row_blocks.cpp - Rows with several folds ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A short row's folds wait for each other: a maximum, then a sum of what
// depends on it, then the results. Out-of-order execution does not reach the
// next row. So the first fold is computed for a few rows, then the second for
// the same rows, and so on; what they give is kept on the stack.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/nest_emitter.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Rows at a time, at most, and elements of them: what they read and write
/// stays in the first cache from fold to fold.
constexpr int64_t most_rows = 8;
constexpr int64_t most_elements = 2048;

} // namespace

void NestEmitter::emit_row_blocks(Value *first, Value *last,
                                  BodyEmitter &outer) {
  for (NodeId fold : plan_.row_folds)
    for (NodeId init : llvm::ArrayRef(kernel().nodes[fold].args).drop_front(2))
      fold_slots_[fold].push_back(frame_.stack_slot(
          scalar_.scalar_type(kernel().nodes[init].type), most_rows));
  Value *one = frame_.index(1);
  Value *length = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax,
                                          extent(plan_.lane_place), one);
  Value *fitting = b.CreateUDiv(frame_.index(most_elements), length);
  Value *step = b.CreateBinaryIntrinsic(
      llvm::Intrinsic::smax, least(fitting, frame_.index(most_rows)), one);
  emit_for(frame_, first, last, step, first_row_indices(first),
           [&](Value *block, llvm::ArrayRef<Value *> indices) {
             Values start(indices.begin(), indices.end()), next;
             Value *end = least(b.CreateAdd(block, step), last);
             for (size_t stage = 0; stage <= plan_.row_folds.size(); ++stage)
               next = emit_for(frame_, block, end, one, start,
                               [&](Value *row, llvm::ArrayRef<Value *> at) {
                                 emit_row_stage(stage, b.CreateSub(row, block),
                                                at, outer);
                                 return next_row_indices(at);
                               });
             return next;
           });
}

/// Computes fold number `stage` of a row, or its results after the last one.
/// Other nodes are cheap, and computed in each stage.
void NestEmitter::emit_row_stage(size_t stage, Value *slot,
                                 llvm::ArrayRef<Value *> indices,
                                 BodyEmitter &outer) {
  BodyEmitter row(scalar_, &outer);
  for (size_t place = 0; place < plan_.row_loops; ++place)
    row.bind(param(place), LaneValue::uniform(DType::i64, indices[place]));
  size_t fold = 0;
  for (size_t k = 0; k < plan_.depth.size(); ++k) {
    NodeId id = kernel().body.nodes[k];
    if (plan_.depth[k] == 0 || plan_.depth[k] > plan_.row_loops || row.has(id))
      continue;
    const Node &node = kernel().nodes[id];
    if (node.kind != NodeKind::loop) {
      row.emit(id);
      continue;
    }
    auto slot_of = [&](size_t value, DType type) {
      return b.CreateGEP(scalar_.scalar_type(type), fold_slots_[id][value],
                         slot);
    };
    bool is_known = fold++ < stage;
    if (!is_known)
      row.emit(id);
    LaneValues values;
    for (size_t value = 0; value + 2 < node.args.size(); ++value) {
      DType type = kernel().nodes[node.args[value + 2]].type;
      if (is_known)
        values.push_back(
            LaneValue::uniform(type, b.CreateLoad(scalar_.scalar_type(type),
                                                  slot_of(value, type))));
      else
        b.CreateStore(row.value(id, value).scalar(), slot_of(value, type));
    }
    if (!is_known)
      return;
    row.bind(id, values);
  }
  emit_loop(plan_.row_loops, row);
}

} // namespace landfall::kernels
