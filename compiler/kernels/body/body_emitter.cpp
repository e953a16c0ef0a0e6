//===- body_emitter.cpp - Kernel bodies as code ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Nodes without blocks, and what loops (body_loops.cpp) and branches
// (body_branches.cpp) share.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"

#include "compiler/kernels/lanes/lane_table.h"

namespace landfall::kernels {

using llvm::Value;

bool BodyEmitter::has(NodeId node) const {
  return values_.contains(node) || (outer_ && outer_->has(node));
}

LaneValue BodyEmitter::value(NodeId node, size_t number) const {
  auto found = values_.find(node);
  if (found != values_.end())
    return found->second[number];
  return outer_->value(node, number);
}

bool BodyEmitter::varies(NodeId node) const {
  auto found = values_.find(node);
  if (found == values_.end())
    return outer_->varies(node);
  return llvm::any_of(found->second,
                      [](const LaneValue &v) { return !v.is_uniform(); });
}

LaneValues BodyEmitter::values(llvm::ArrayRef<NodeId> nodes) const {
  LaneValues result;
  for (NodeId node : nodes)
    result.push_back(value(node));
  return result;
}

void BodyEmitter::emit(const Block &block) {
  for (NodeId node : block.nodes)
    emit(node);
}

void BodyEmitter::emit(NodeId node) {
  auto result = uint32_t(kernel().operands.size() - 1);
  DType type = kernel().operands.back().dtype;
  if (recorded_ && node == recorded_->repeated) {
    values_[node] = {lanes_.load(type, frame().operands[result],
                                 recorded_place(recorded_->index))};
    return;
  }
  values_[node] = emit_node(node);
  if (recorded_ && node == recorded_->term)
    lanes_.store(type, frame().operands[result],
                 recorded_place(recorded_->fold_index), value(node));
}

LaneValue BodyEmitter::recorded_place(NodeId index) {
  std::vector<NodeId> point = kernel().body.params;
  std::replace(point.begin(), point.end(), recorded_->index, index);
  return offset(uint32_t(kernel().operands.size() - 1), point);
}

LaneValues BodyEmitter::emit_node(NodeId id) {
  const Node &node = at(id);
  switch (node.kind) {
  case NodeKind::param:
    return {value(id)};
  case NodeKind::constant:
    return {lanes_.constant(node.type, node.bits)};
  case NodeKind::size:
    return {LaneValue::uniform(DType::i64, frame().sizes[node.index])};
  case NodeKind::scalar:
    if (truths_ && truths_->contains(id))
      return {LaneValue::uniform(DType::boolean, b().getTrue())};
    if (extreme_ && extreme_->node == id)
      return {emit_extreme()};
    if (LaneValue divided = divide_index(id))
      return {divided};
    return {lanes_.apply(node.op, node.type, values(node.args))};
  case NodeKind::load:
    return {emit_load(node)};
  case NodeKind::store:
    emit_store(node);
    return {};
  case NodeKind::loop:
    return emit_loop(id);
  case NodeKind::loop_while:
    return emit_loop_while(node);
  case NodeKind::branch:
    return emit_branch(node);
  case NodeKind::result:
    return {value(node.args[0], node.index)};
  case NodeKind::check:
    emit_check(node);
    return {};
  }
  return {};
}

BodyEmitter::Place BodyEmitter::place(uint32_t operand,
                                      llvm::ArrayRef<NodeId> indices) {
  Place place;
  for (size_t dim = 0; dim < indices.size(); ++dim) {
    LaneValue term = value(indices[dim]);
    if (dim + 1 < indices.size()) {
      LaneValue stride =
          LaneValue::uniform(DType::i64, frame().stride(operand, dim));
      term = lanes_.apply(ScalarOp::mul, DType::i64, {term, stride});
    }
    LaneValue &sum = term.is_varying() ? place.varying : place.regular;
    sum = sum ? lanes_.apply(ScalarOp::add, DType::i64, {sum, term}) : term;
  }
  return place;
}

LaneValue BodyEmitter::offset(uint32_t operand,
                              llvm::ArrayRef<NodeId> indices) {
  return joined(place(operand, indices));
}

LaneValue BodyEmitter::joined(const Place &place) {
  if (place.varying && place.regular)
    return lanes_.apply(ScalarOp::add, DType::i64,
                        {place.regular, place.varying});
  if (place.varying)
    return place.varying;
  return place.regular ? place.regular
                       : LaneValue::uniform(DType::i64, frame().index(0));
}

LaneValue BodyEmitter::zero_of(DType type) {
  return LaneValue::uniform(
      type, llvm::Constant::getNullValue(lanes_.scalar_type(type)));
}

/// An element of a table of bytes: a tensor of 16 x 16 at the halves of one.
LaneValue BodyEmitter::emit_lookup(const Node &node) {
  const KernelOperand &operand = kernel().operands[node.index];
  const Extent edge{true, 16};
  if (operand.dims != std::vector<Extent>{edge, edge} ||
      !is_integer(operand.dtype) || info(operand.dtype).bits != 8 ||
      node.args.size() != 2)
    return {};
  auto left_of = [&](const Node *node, ScalarOp op, uint64_t right) {
    bool is_op = node && node->kind == NodeKind::scalar && node->op == op &&
                 at(node->args[1]).kind == NodeKind::constant &&
                 at(node->args[1]).bits == right;
    return is_op ? &at(node->args[0]) : nullptr;
  };
  const Node *high = left_of(&at(node.args[0]), ScalarOp::mod, 16);
  const Node *number = left_of(&at(node.args[1]), ScalarOp::mod, 16);
  if (!number || number != left_of(high, ScalarOp::shr, 4) ||
      number->kind != NodeKind::scalar || number->op != ScalarOp::cast ||
      at(number->args[0]).type != DType::u8)
    return {};
  LaneValue byte = value(number->args[0]);
  Value *found =
      byte.is_varying()
          ? look_up(lanes_, frame().operands[node.index], byte.vector())
          : nullptr;
  return found ? LaneValue::varying(operand.dtype, found) : LaneValue();
}

LaneValue BodyEmitter::emit_load(const Node &node) {
  if (LaneValue found = emit_lookup(node))
    return found;
  const KernelOperand &operand = kernel().operands[node.index];
  size_t rank = operand.dims.size();
  llvm::ArrayRef<NodeId> args(node.args);
  Place place = this->place(node.index, args.take_front(rank));
  LaneValue at = joined(place);
  LaneValue guard, other;
  if (args.size() > rank) {
    guard = value(args[rank]);
    other = value(args[rank + 1]);
  }
  // Under a predicate some lane is on, so a uniform element may be read.
  if (predicate_ && (!at.is_uniform() || guard)) {
    guard = guard ? both(predicate_, guard) : predicate_;
    if (!other)
      other = zero_of(operand.dtype);
  }
  auto around = Surroundings::unknown;
  if (llvm::is_contained(frame().staged, node.index))
    around = Surroundings::past_end;
  else if (frame().is_separate(node.index))
    around = Surroundings::invariant;
  Value *pointer = frame().operands[node.index];
  Room room;
  if (at.is_varying()) {
    // What is the same for all lanes goes into the pointer: the rest is often
    // the same for all iterations of a loop.
    room.before = frame().index(0);
    if (place.regular && place.regular.is_uniform()) {
      at = place.varying;
      room.before = place.regular.scalar();
      pointer = b().CreateGEP(b().getIntNTy(info(operand.dtype).bytes * 8),
                              pointer, room.before);
    }
    room.after = frame().index(1);
    for (const Extent &dim : operand.dims)
      room.after = b().CreateMul(room.after, frame().extent(dim));
    room.after = b().CreateSub(room.after, room.before);
  }
  return lanes_.load(operand.dtype, pointer, at, guard, other, around, room);
}

void BodyEmitter::emit_store(const Node &node) {
  const KernelOperand &operand = kernel().operands[node.index];
  size_t rank = operand.dims.size();
  llvm::ArrayRef<NodeId> args(node.args);
  LaneValue at = offset(node.index, args.take_front(rank));
  LaneValue guard =
      args.size() > rank + 1 ? value(args[rank + 1]) : LaneValue();
  if (predicate_)
    guard = guard ? both(predicate_, guard) : predicate_;
  lanes_.store(operand.dtype, frame().operands[node.index], at,
               value(args[rank]), guard);
}

void BodyEmitter::emit_check(const Node &node) {
  LaneValue holds = value(node.args[0]);
  LaneValue report =
      node.args.size() > 1 ? value(node.args[1]) : zero_of(DType::i64);
  LaneValue failed = lanes_.apply(ScalarOp::bit_not, DType::boolean, {holds});
  failed = under_predicate(failed);
  llvm::BasicBlock *fail = frame().block("failed");
  llvm::BasicBlock *next = frame().block("checked");
  b().CreateCondBr(lanes_.any_of(failed), fail, next);
  b().SetInsertPoint(fail);
  Value *reported = report.scalar();
  if (!report.is_uniform()) {
    // The first lane that fails reports.
    Value *mask = lanes_.spread(failed);
    if (lanes_.active_mask())
      mask = b().CreateAnd(mask, lanes_.active_mask());
    reported = lanes_.extract(report, lanes_.first_lane(mask));
  }
  frame().fail(node.index, reported);
  b().SetInsertPoint(next);
}

LaneValue BodyEmitter::both(const LaneValue &a, const LaneValue &b) {
  return lanes_.apply(ScalarOp::bit_and, DType::boolean, {a, b});
}

LaneValue BodyEmitter::under_predicate(const LaneValue &condition) {
  return predicate_ ? both(predicate_, condition) : condition;
}

//===--- What loops and branches share ------------------------------------===//

std::optional<int64_t> BodyEmitter::constant_of(const LaneValue &value) {
  if (!value.is_uniform())
    return std::nullopt;
  if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(value.scalar()))
    return known->getSExtValue();
  return std::nullopt;
}

LaneValues BodyEmitter::run(const Block &block) {
  emit(block);
  return values(block.yields);
}

void BodyEmitter::bind_all(llvm::ArrayRef<NodeId> params,
                           const LaneValues &values) {
  for (size_t k = 0; k < params.size(); ++k)
    bind(params[k], values[k]);
}

Value *BodyEmitter::in_form(const LaneValue &value, bool uniform) {
  return uniform ? value.scalar() : lanes_.spread(value);
}

LaneValue BodyEmitter::of_form(DType type, Value *value, bool uniform) {
  return uniform || lanes_.is_scalar() ? LaneValue::uniform(type, value)
                                       : LaneValue::varying(type, value);
}

LaneValue BodyEmitter::choose(const LaneValue &mask, const LaneValue &a,
                              const LaneValue &other) {
  return LaneValue::varying(a.type(), b().CreateSelect(lanes_.spread(mask),
                                                       lanes_.spread(a),
                                                       lanes_.spread(other)));
}

} // namespace landfall::kernels
