//===- body_index.cpp - Indices divided by constants ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_emitter.h"

namespace landfall::kernels {

namespace {

/// Whether it is x - x mod `divisor`.
bool is_multiple(const Kernel &kernel, NodeId id, const Node &divisor) {
  const Node &node = kernel.nodes[id];
  if (node.kind != NodeKind::scalar || node.op != ScalarOp::sub)
    return false;
  const Node &rest = kernel.nodes[node.args[1]];
  if (rest.kind != NodeKind::scalar || rest.op != ScalarOp::mod ||
      rest.args[0] != node.args[0])
    return false;
  const Node &by = kernel.nodes[rest.args[1]];
  return by.kind == NodeKind::constant && by.bits == divisor.bits;
}

bool is_loop_index(const Kernel &kernel, NodeId id) {
  auto indices =
      llvm::ArrayRef(kernel.body.params).take_front(kernel.loops.size());
  return llvm::is_contained(indices, id);
}

} // namespace

std::optional<int64_t> index_divisor(const Kernel &kernel, NodeId id) {
  const Node &node = kernel.nodes[id];
  if (node.kind != NodeKind::scalar || node.type != DType::i64 ||
      (node.op != ScalarOp::mod && node.op != ScalarOp::div))
    return std::nullopt;
  const Node &divisor = kernel.nodes[node.args[1]];
  if (divisor.kind != NodeKind::constant || int64_t(divisor.bits) <= 0)
    return std::nullopt;
  // A loop's index is not negative; divisions round towards zero.
  bool is_floor = node.op == ScalarOp::mod ||
                  is_loop_index(kernel, node.args[0]) ||
                  is_multiple(kernel, node.args[0], divisor);
  return is_floor ? std::optional(int64_t(divisor.bits)) : std::nullopt;
}

/// Of a linear value whose stride is a multiple of the divisor, the remainder
/// is uniform and the quotient is linear. Otherwise empty.
LaneValue BodyEmitter::divide_index(NodeId id) {
  std::optional<int64_t> divisor = index_divisor(kernel(), id);
  if (!divisor)
    return {};
  LaneValue x = value(at(id).args[0]);
  auto *stride =
      x.is_linear() ? llvm::dyn_cast<llvm::ConstantInt>(x.stride()) : nullptr;
  if (!stride || stride->getSExtValue() % *divisor != 0)
    return {};
  Lanes scalar(frame(), 1);
  LaneValue first = scalar.apply(
      at(id).op, DType::i64,
      {LaneValue::uniform(DType::i64, x.scalar()), value(at(id).args[1])});
  if (at(id).op == ScalarOp::mod)
    return first;
  return LaneValue::linear(first.scalar(),
                           frame().index(stride->getSExtValue() / *divisor));
}

} // namespace landfall::kernels
