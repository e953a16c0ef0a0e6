//===- body_branches.cpp - Branches of kernel bodies ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"
#include "kernel_analysis/access/work_estimate.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Whether the block may be executed speculatively.
bool is_pure_arithmetic(const Kernel &kernel, const Block &block) {
  for (NodeId id : block.nodes) {
    NodeKind kind = kernel.nodes[id].kind;
    if (kind != NodeKind::scalar && kind != NodeKind::constant &&
        kind != NodeKind::size)
      return false;
  }
  return analysis::work_of(kernel, block) < 16;
}

} // namespace

LaneValues BodyEmitter::emit_branch(const Node &node) {
  LaneValue condition = value(node.args[0]);
  if (!condition.is_uniform())
    return emit_diverging_branch(node);
  if (auto known = constant_of(condition))
    return run(node.blocks[*known ? 0 : 1]);
  llvm::BasicBlock *blocks[2] = {frame().block("then"), frame().block("else")};
  llvm::BasicBlock *after = frame().block("after"), *ends[2];
  b().CreateCondBr(condition.scalar(), blocks[0], blocks[1]);
  LaneValues yields[2];
  for (int side = 0; side < 2; ++side) {
    b().SetInsertPoint(blocks[side]);
    yields[side] = run(node.blocks[side]);
    ends[side] = b().GetInsertBlock();
  }
  // The form of each result is known only when both sides are.
  Values raw[2];
  for (int side = 0; side < 2; ++side) {
    b().SetInsertPoint(ends[side]);
    for (size_t k = 0; k < yields[0].size(); ++k)
      raw[side].push_back(
          in_form(yields[side][k],
                  yields[0][k].is_uniform() && yields[1][k].is_uniform()));
    ends[side] = b().GetInsertBlock();
    b().CreateBr(after);
  }
  b().SetInsertPoint(after);
  LaneValues results;
  for (size_t k = 0; k < yields[0].size(); ++k) {
    bool uniform = yields[0][k].is_uniform() && yields[1][k].is_uniform();
    llvm::PHINode *phi = b().CreatePHI(raw[0][k]->getType(), 2);
    for (int side = 0; side < 2; ++side)
      phi->addIncoming(raw[side][k], ends[side]);
    results.push_back(of_form(yields[0][k].type(), phi, uniform));
  }
  return results;
}

LaneValues BodyEmitter::emit_masked_block(const Block &block,
                                          const LaneValue &mask) {
  if (is_pure_arithmetic(kernel(), block))
    return run(block);
  LaneValue outer_predicate = predicate_;
  LaneValue wanted = under_predicate(mask);
  Values out = emit_if(
      frame(), lanes_.any_of(wanted),
      [&] {
        predicate_ = wanted;
        Values raw;
        for (const LaneValue &v : run(block))
          raw.push_back(lanes_.spread(v));
        predicate_ = outer_predicate;
        return raw;
      },
      [&] {
        Values raw;
        for (NodeId node : block.yields)
          raw.push_back(
              llvm::Constant::getNullValue(lanes_.vector_type(at(node).type)));
        return raw;
      });
  LaneValues results;
  for (size_t k = 0; k < out.size(); ++k)
    results.push_back(LaneValue::varying(at(block.yields[k]).type, out[k]));
  return results;
}

LaneValues BodyEmitter::emit_diverging_branch(const Node &node) {
  LaneValue condition = value(node.args[0]);
  LaneValue opposite =
      lanes_.apply(ScalarOp::bit_not, DType::boolean, {condition});
  LaneValues yes = emit_masked_block(node.blocks[0], condition);
  LaneValues no = emit_masked_block(node.blocks[1], opposite);
  LaneValues results;
  for (size_t k = 0; k < yes.size(); ++k)
    results.push_back(choose(condition, yes[k], no[k]));
  return results;
}

} // namespace landfall::kernels
