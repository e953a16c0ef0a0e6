//===- block_products.cpp - What is summed in a block of K ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_products.h"

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
  if (load.panels)
    return lanes.load(type, operand, lanes.index(panel_offset(lane, indices)));
  uint32_t variable = problem.load().panels->variable;
  IndexValues all = indices;
  all[variable] = lane.point;
  Value *offset =
      sizes.add_terms(sizes.value(load.offset.constant), load.offset, all);
  analysis::SizePolynomial step = load.offset.coefficient(variable);
  if (step.is_zero())
    return lanes.load(type, operand, LaneValue::uniform(DType::i64, offset));
  lanes.set_active(
      smaller(b(), lanes.step(), b().CreateSub(cut.points, lane.point)));
  LaneValue value =
      lanes.load(type, operand, LaneValue::linear(offset, sizes.value(step)));
  lanes.set_active(nullptr);
  return value;
}

} // namespace landfall::kernels
