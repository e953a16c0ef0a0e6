//===- block_products.cpp - What is summed in a block of K ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/contraction/prefetch.h"

namespace landfall::kernels {

using llvm::Value;

Value *BlockProducts::at(Value *area, DType type, Value *number) {
  Value *begin = element(b(), b().getInt8Ty(), frame().scratch, area);
  return element(b(), lanes.scalar_type(type), begin, number);
}

Value *BlockProducts::value_of(const analysis::Factor &factor,
                               const BlockLane &lane,
                               const IndexValues &indices) {
  FactorCode code(lanes, factor);
  for (const analysis::FactorLoad &load : factor.loads)
    code.set(load.node, loaded(load, lane, indices));
  return lanes.spread(code.value(factor.value));
}

Value *BlockProducts::uniform_value(const analysis::Factor &factor, NodeId node,
                                    const BlockLane &lane,
                                    const IndexValues &indices) {
  FactorCode code(lanes, factor);
  for (const analysis::FactorLoad &load : factor.loads)
    if (!load.panels)
      code.set(load.node, loaded(load, lane, indices));
  LaneValue value = code.value(node);
  return value.is_uniform() ? value.scalar() : nullptr;
}

void BlockProducts::prefetch(const analysis::Factor &factor,
                             llvm::ArrayRef<BlockLane> points,
                             const IndexValues &indices) {
  constexpr int64_t line_bytes = 64;
  uint32_t variable = problem.load().panels->variable;
  int64_t width = problem.base.shape.width;
  for (const analysis::FactorLoad &load : factor.loads) {
    if (load.panels ||
        load.offset.coefficient(variable) != analysis::SizePolynomial(1))
      continue;
    uint32_t operand = frame().kernel.nodes[load.node].index;
    int64_t bytes = width * size_of(frame().kernel.operands[operand].dtype);
    for (size_t v = 0; v < points.size(); ++v) {
      if (int64_t(v) * bytes % line_bytes != 0)
        continue;
      IndexValues ahead = indices;
      ahead[variable] =
          b().CreateAdd(points[v].point, index(int64_t(points.size()) * width));
      emit_prefetch(frame(), operand,
                    sizes.add_terms(sizes.value(load.offset.constant),
                                    load.offset, ahead));
    }
  }
}

BlockLane BlockProducts::lane_at(Value *point, const IndexValues &batch) {
  const analysis::FactorLoad &load = problem.load();
  Value *base =
      sizes.add_terms(sizes.value(load.offset.constant), load.offset, batch);
  Value *width = index(problem.width());
  Value *in_panel =
      b().CreateMul(b().CreateURem(point, width), index(load.panels->steps));
  Value *panel = b().CreateMul(b().CreateUDiv(point, width),
                               sizes.value(load.panels->stride));
  return {point, b().CreateAdd(base, b().CreateAdd(panel, in_panel))};
}

Value *BlockProducts::panel_offset(const BlockLane &lane,
                                   const IndexValues &indices) {
  // The terms of the batch are in the lane's offset.
  IndexValues steps;
  for (uint32_t variable : problem.base.roles.k_loops)
    if (Value *index = indices.lookup(variable))
      steps[variable] = index;
  return sizes.add_terms(lane.offset, problem.load().offset, steps);
}

LaneValue BlockProducts::loaded(const analysis::FactorLoad &load,
                                const BlockLane &lane,
                                const IndexValues &indices) {
  const Node &node = frame().kernel.nodes[load.node];
  DType type = frame().kernel.operands[node.index].dtype;
  Value *operand = frame().operands[node.index];
  auto around = frame().is_separate(node.index) ? Surroundings::invariant
                                                : Surroundings::unknown;
  if (load.panels && load.panels->steps == 1)
    return lanes.load(type, operand, lanes.index(panel_offset(lane, indices)),
                      {}, {}, around);
  if (load.panels) {
    Value *step = indices.lookup(*problem.step_loop);
    Value *shift =
        b().CreateTrunc(b().CreateMul(step, index(8)), b().getInt32Ty());
    Value *byte = b().CreateTrunc(
        b().CreateLShr(loaded_words(lane, indices), lanes.splat(shift)),
        lanes.vector_of(b().getInt8Ty()));
    return LaneValue::varying(type, byte);
  }
  uint32_t variable = problem.load().panels->variable;
  IndexValues all = indices;
  all[variable] = lane.point;
  Value *offset =
      sizes.add_terms(sizes.value(load.offset.constant), load.offset, all);
  analysis::SizePolynomial step = load.offset.coefficient(variable);
  if (step.is_zero())
    return lanes.load(type, operand, LaneValue::uniform(DType::i64, offset), {},
                      {}, around);
  lanes.set_active(
      smaller(b(), lanes.step(), b().CreateSub(cut.points, lane.point)));
  LaneValue value =
      lanes.load(type, operand, LaneValue::linear(offset, sizes.value(step)),
                 {}, {}, around);
  lanes.set_active(nullptr);
  return value;
}

Value *BlockProducts::loaded_words(const BlockLane &lane, IndexValues indices) {
  indices[*problem.step_loop] = index(0);
  uint32_t operand = frame().kernel.nodes[problem.load().node].index;
  Value *address = element(b(), b().getInt8Ty(), frame().operands[operand],
                           panel_offset(lane, indices));
  return b().CreateAlignedLoad(lanes.vector_of(b().getInt32Ty()), address,
                               llvm::Align(1));
}

/// The elements of the weights in the accumulator's type.
Value *BlockProducts::element_at(const BlockLane &lane,
                                 const IndexValues &indices) {
  const analysis::Factor &element = problem.weights.element;
  const Node &node = frame().kernel.nodes[element.value];
  bool is_cast = node.kind == NodeKind::scalar && node.op == ScalarOp::cast;
  if (Value *bits = is_cast ? bit_field(node.args[0], lane, indices) : nullptr)
    return b().CreateUIToFP(bits, lanes.vector_type(problem.base.type));
  return value_of(element, lane, indices);
}

/// Bits of an unsigned byte in lanes of 32 bits, as machines shift these and no
/// bytes; null if the value is something else.
Value *BlockProducts::bit_field(NodeId value, const BlockLane &lane,
                                const IndexValues &indices) {
  const Node &node = frame().kernel.nodes[value];
  if (node.type != DType::u8)
    return nullptr;
  const analysis::FactorLoad &load = problem.load();
  if (value == load.node)
    return b().CreateZExt(lanes.spread(loaded(load, lane, indices)),
                          lanes.vector_of(b().getInt32Ty()));
  bool shifts = node.kind == NodeKind::scalar && node.op == ScalarOp::shr;
  bool masks = node.kind == NodeKind::scalar && node.op == ScalarOp::bit_and;
  if (!shifts && !masks)
    return nullptr;
  Value *bits = bit_field(node.args[0], lane, indices);
  Value *other =
      bits ? uniform_value(problem.weights.element, node.args[1], lane, indices)
           : nullptr;
  if (!other)
    return nullptr;
  Value *wide = b().CreateZExt(other, b().getInt32Ty());
  if (masks)
    return b().CreateAnd(bits, lanes.splat(wide));
  // A byte shifted by 8 or more is 0.
  return b().CreateLShr(
      bits, lanes.splat(b().CreateBinaryIntrinsic(llvm::Intrinsic::umin, wide,
                                                  b().getInt32(31))));
}

Value *BlockProducts::word_at(const BlockLane &lane,
                              const IndexValues &indices) {
  const Node &cast = frame().kernel.nodes[problem.weights.element.value];
  return word_bits(cast.args[0], lane, indices);
}

/// Computes four bytes at once.
Value *BlockProducts::word_bits(NodeId value, const BlockLane &lane,
                                const IndexValues &indices) {
  const Node &node = frame().kernel.nodes[value];
  if (value == problem.load().node)
    return loaded_words(lane, indices);
  Value *bits = word_bits(node.args[0], lane, indices);
  Value *other = b().CreateZExt(
      uniform_value(problem.weights.element, node.args[1], lane, indices),
      b().getInt32Ty());
  Value *mask = other;
  if (node.op == ScalarOp::shr) {
    // What comes from the next byte is masked; a shift by 8 or more leaves
    // nothing.
    other = b().CreateBinaryIntrinsic(llvm::Intrinsic::umin, other,
                                      b().getInt32(31));
    bits = b().CreateLShr(bits, lanes.splat(other));
    mask = b().CreateLShr(b().getInt32(0xff), other);
  }
  return b().CreateAnd(
      bits, lanes.splat(b().CreateMul(mask, b().getInt32(four_ones))));
}

} // namespace landfall::kernels
