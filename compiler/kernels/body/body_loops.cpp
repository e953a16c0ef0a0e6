//===- body_loops.cpp - Loops of kernel bodies ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"
#include "compiler/kernels/body/vector_fold.h"
#include "kernel_analysis/access/uniformity.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Nodes in a block and its inner blocks; loops count as too many.
size_t size_of_block(const Kernel &kernel, const Block &block) {
  size_t size = block.nodes.size();
  for (NodeId id : block.nodes) {
    const Node &node = kernel.nodes[id];
    if (node.kind == NodeKind::loop_while)
      size += 100;
    for (const Block &inner : node.blocks)
      size += size_of_block(kernel, inner) * 4;
  }
  return size;
}

} // namespace

llvm::SmallVector<bool, 4>
BodyEmitter::uniform_carried(const Block &block, size_t first,
                             const LaneValues &init) const {
  llvm::SmallVector<bool, 4> uniform;
  for (const LaneValue &value : init)
    uniform.push_back(value.is_uniform());
  // A fixed point: each pass but the last makes at least one value varying, so
  // there are at most as many passes as values, and one more.
  for (bool changed = true; changed;) {
    changed = false;
    analysis::Uniformity flow(kernel(),
                              [&](NodeId node) { return varies(node); });
    for (size_t k = 0; k < block.params.size(); ++k)
      flow.set_param(block.params[k], k >= first && !uniform[k - first]);
    flow.visit(block);
    size_t skipped = block.yields.size() - init.size();
    for (size_t k = 0; k < init.size(); ++k)
      if (uniform[k] && flow.varies(block.yields[skipped + k])) {
        uniform[k] = false;
        changed = true;
      }
  }
  if (predicate_) // Masked loads vary; do not look closer.
    uniform.assign(uniform.size(), false);
  if (lanes_.is_scalar())
    uniform.assign(uniform.size(), true);
  return uniform;
}

LaneValues BodyEmitter::emit_loop(NodeId id) {
  const Node &node = at(id);
  if (lanes_.is_scalar())
    if (std::optional<VectorFold> fold =
            find_vector_fold(frame().machine, kernel(), id))
      return emit_vector_fold(*this, *fold);
  return emit_loop_from(id, values(llvm::ArrayRef(node.args).drop_front(2)));
}

LaneValues BodyEmitter::emit_loop_from(NodeId id, LaneValues init) {
  const Node &node = at(id);
  if (is_extreme_loop(id, init))
    return emit_extreme_loop(id, std::move(init));
  if (id == lane_loop_)
    return emit_lane_loop(node, init);
  return emit_iterations(node, std::move(init));
}

LaneValues BodyEmitter::emit_iterations(const Node &node, LaneValues init) {
  LaneValue low = value(node.args[0]), high = value(node.args[1]);
  if (!low.is_uniform() || !high.is_uniform())
    return emit_diverging_loop(node, init);
  auto known_low = constant_of(low), known_high = constant_of(high);
  if (known_low && known_high && !has_register_pressure(node)) {
    int64_t trips = std::max<int64_t>(0, *known_high - *known_low);
    size_t size = size_of_block(kernel(), node.blocks[0]);
    if (trips <= 16 && size_t(trips) * size <= 240)
      return emit_unrolled(node, *known_low, *known_high, std::move(init));
  }
  return emit_uniform_loop(node, init);
}

/// Whether the loop, unrolled, would need too many registers: LLVM schedules
/// the loads of all iterations first, as it does not know that staged operands
/// are in fast memory.
bool BodyEmitter::has_register_pressure(const Node &loop) const {
  return !lanes_.is_scalar() && !lanes_.frame().staged.empty() &&
         llvm::any_of(loop.blocks[0].nodes,
                      [&](NodeId id) { return !at(id).blocks.empty(); });
}

LaneValues BodyEmitter::emit_unrolled(const Node &node, int64_t low,
                                      int64_t high, LaneValues carried) {
  const Block &block = node.blocks[0];
  for (int64_t i = low; i < high; ++i) {
    bind(block.params[0], LaneValue::uniform(DType::i64, frame().index(i)));
    bind_all(llvm::ArrayRef(block.params).drop_front(), carried);
    carried = run(block);
  }
  return carried;
}

LaneValues BodyEmitter::emit_uniform_loop(const Node &node,
                                          const LaneValues &init) {
  const Block &block = node.blocks[0];
  auto uniform = uniform_carried(block, 1, init);
  Values raw;
  for (size_t k = 0; k < init.size(); ++k)
    raw.push_back(in_form(init[k], uniform[k]));
  raw.append(extreme_state_);
  Values out = emit_for(
      frame(), value(node.args[0]).scalar(), value(node.args[1]).scalar(),
      frame().index(1), raw, [&](Value *index, llvm::ArrayRef<Value *> now) {
        bind(block.params[0], LaneValue::uniform(DType::i64, index));
        for (size_t k = 0; k < init.size(); ++k)
          bind(block.params[k + 1],
               of_form(init[k].type(), now[k], uniform[k]));
        extreme_state_.assign(now.begin() + init.size(), now.end());
        LaneValues next = run(block);
        Values raw_next;
        for (size_t k = 0; k < init.size(); ++k)
          raw_next.push_back(in_form(next[k], uniform[k]));
        raw_next.append(extreme_state_);
        return raw_next;
      });
  extreme_state_.assign(out.begin() + init.size(), out.end());
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k)
    results.push_back(of_form(init[k].type(), out[k], uniform[k]));
  return results;
}

/// Lanes are consecutive iterations: full vectors first, then one masked vector
/// for the remainder.
LaneValues BodyEmitter::emit_lane_loop(const Node &node,
                                       const LaneValues &init) {
  const Block &block = node.blocks[0];
  Value *low = value(node.args[0]).scalar();
  Value *high = value(node.args[1]).scalar();
  Value *step = lanes_.step();
  Value *count = b().CreateSub(high, low);
  Value *whole = b().CreateSub(high, lanes_.remainder(count));
  auto group = [&](Value *index, llvm::ArrayRef<Value *> now) {
    bind(block.params[0], lanes_.index(index));
    for (size_t k = 0; k < init.size(); ++k)
      bind(block.params[k + 1], LaneValue::varying(init[k].type(), now[k]));
    extreme_state_.assign(now.begin() + init.size(), now.end());
    Values next;
    for (const LaneValue &v : run(block))
      next.push_back(lanes_.spread(v));
    next.append(extreme_state_);
    return next;
  };
  Values raw;
  for (const LaneValue &v : init)
    raw.push_back(lanes_.spread(v));
  raw.append(extreme_state_);
  Values sums = emit_for(frame(), low, whole, step, raw, group);
  Value *first = b().CreateBinaryIntrinsic(llvm::Intrinsic::smax, low, whole);
  Values out = emit_if(
      frame(), b().CreateICmpSLT(first, high),
      [&] {
        lanes_.set_active(b().CreateSub(high, first));
        Values last = group(first, sums);
        for (size_t k = 0; k < last.size(); ++k)
          last[k] = lanes_.where_active(last[k], sums[k]);
        lanes_.set_active(nullptr);
        return last;
      },
      [&] { return sums; });
  extreme_state_.assign(out.begin() + init.size(), out.end());
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k)
    results.push_back(LaneValue::varying(init[k].type(), out[k]));
  return results;
}

/// Each lane has its own trip count; the loop runs while any lane has
/// iterations left.
LaneValues BodyEmitter::emit_diverging_loop(const Node &node,
                                            const LaneValues &init) {
  const Block &block = node.blocks[0];
  LaneValue low = value(node.args[0]), high = value(node.args[1]);
  LaneValue outer_predicate = predicate_;
  auto wanted = [&](const LaneValue &index) {
    predicate_ = outer_predicate;
    return under_predicate(
        lanes_.apply(ScalarOp::lt, DType::boolean, {index, high}));
  };
  Values raw = {lanes_.spread(low)};
  for (const LaneValue &v : init)
    raw.push_back(lanes_.spread(v));
  Values out = emit_if(
      frame(), lanes_.any_of(wanted(low)),
      [&] {
        Values last =
            emit_while(frame(), raw, [&](llvm::ArrayRef<Value *> now) {
              LaneValue index = LaneValue::varying(DType::i64, now[0]);
              LaneValue mask = wanted(index);
              predicate_ =
                  LaneValue::varying(DType::boolean, lanes_.spread(mask));
              bind(block.params[0], index);
              for (size_t k = 0; k < init.size(); ++k)
                bind(block.params[k + 1],
                     LaneValue::varying(init[k].type(), now[k + 1]));
              LaneValues next = run(block);
              LaneValue one = LaneValue::uniform(DType::i64, frame().index(1));
              LaneValue up =
                  lanes_.apply(ScalarOp::add, DType::i64, {index, one});
              up = choose(mask, up, index);
              Values raw_next = {lanes_.any_of(wanted(up)), up.vector()};
              for (size_t k = 0; k < init.size(); ++k)
                raw_next.push_back(
                    choose(mask, next[k],
                           LaneValue::varying(init[k].type(), now[k + 1]))
                        .vector());
              return raw_next;
            });
        return last;
      },
      [&] { return raw; });
  predicate_ = outer_predicate;
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k)
    results.push_back(LaneValue::varying(init[k].type(), out[k + 1]));
  return results;
}

LaneValues BodyEmitter::emit_loop_while(const Node &node) {
  const Block &block = node.blocks[0];
  LaneValues init = values(node.args);
  auto uniform = uniform_carried(block, 0, init);
  if (!lanes_.is_scalar() && llvm::is_contained(uniform, false))
    return emit_diverging_while(node, init);
  // Uniform state need not make a uniform condition.
  analysis::Uniformity flow(kernel(), [&](NodeId id) { return varies(id); });
  for (NodeId param : block.params)
    flow.set_param(param, false);
  flow.visit(block);
  if (!lanes_.is_scalar() && (predicate_ || flow.varies(block.yields[0])))
    return emit_diverging_while(node, init);
  Values raw;
  for (const LaneValue &v : init)
    raw.push_back(v.scalar());
  Values out = emit_while(frame(), raw, [&](llvm::ArrayRef<Value *> now) {
    for (size_t k = 0; k < init.size(); ++k)
      bind(block.params[k], LaneValue::uniform(init[k].type(), now[k]));
    Values next;
    for (const LaneValue &v : run(block))
      next.push_back(v.scalar());
    return next;
  });
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k)
    results.push_back(LaneValue::uniform(init[k].type(), out[k]));
  return results;
}

LaneValues BodyEmitter::emit_diverging_while(const Node &node,
                                             const LaneValues &init) {
  const Block &block = node.blocks[0];
  LaneValue outer_predicate = predicate_;
  LaneValue everywhere = LaneValue::uniform(DType::boolean, b().getTrue());
  LaneValue start = under_predicate(everywhere);
  if (lanes_.active_mask())
    start =
        both(start, LaneValue::varying(DType::boolean, lanes_.active_mask()));
  Values raw = {lanes_.spread(start)};
  for (const LaneValue &v : init)
    raw.push_back(lanes_.spread(v));
  Values out = emit_while(frame(), raw, [&](llvm::ArrayRef<Value *> now) {
    LaneValue mask = LaneValue::varying(DType::boolean, now[0]);
    predicate_ = mask;
    for (size_t k = 0; k < init.size(); ++k)
      bind(block.params[k], LaneValue::varying(init[k].type(), now[k + 1]));
    LaneValues next = run(block);
    LaneValue on = both(mask, next[0]);
    Values raw_next = {lanes_.any_of(on), lanes_.spread(on)};
    for (size_t k = 0; k < init.size(); ++k)
      raw_next.push_back(choose(mask, next[k + 1],
                                LaneValue::varying(init[k].type(), now[k + 1]))
                             .vector());
    return raw_next;
  });
  predicate_ = outer_predicate;
  LaneValues results;
  for (size_t k = 0; k < init.size(); ++k)
    results.push_back(LaneValue::varying(init[k].type(), out[k + 1]));
  return results;
}

} // namespace landfall::kernels
