//===- narrow_factor.cpp - Factors of bytes and of bf16 -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/narrow_factor.h"

#include <algorithm>

namespace landfall::analysis {

namespace {

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

bool is_scalar(const Node &node, ScalarOp op) {
  return node.kind == NodeKind::scalar && node.op == op;
}

bool is_byte(DType type) { return is_integer(type) && info(type).bits <= 8; }

/// x of cast(x); nullopt if the node is none of a type that `has_type`.
std::optional<NodeId> cast_from(const Kernel &kernel, NodeId value,
                                bool (*has_type)(DType)) {
  const Node &node = kernel.nodes[value];
  if (!is_scalar(node, ScalarOp::cast) ||
      !has_type(kernel.nodes[node.args[0]].type))
    return std::nullopt;
  return node.args[0];
}

} // namespace

Result<NarrowFactor> read_byte_factor(const Kernel &kernel,
                                      const ContractionRoles &roles,
                                      const Factor &factor) {
  const Node &value = kernel.nodes[factor.value];
  bool is_shifted = is_scalar(value, ScalarOp::sub);
  std::optional<NodeId> byte =
      cast_from(kernel, is_shifted ? value.args[0] : factor.value, is_byte);
  if (!byte)
    return refuse("is not one of 8-bit integers");
  NarrowFactor result;
  result.narrow =
      TRY(read_factor(kernel, roles.space, *byte, PanelLoads::read));
  result.is_signed = is_signed_integer(kernel.nodes[*byte].type);
  if (!is_shifted)
    return result;
  result.zero = TRY(read_factor(kernel, roles.space, value.args[1]));
  for (uint32_t variable : roles.k_loops)
    if (result.zero->uses[variable])
      return refuse("has zero points that differ along K");
  return result;
}

Result<NarrowFactor> read_bf16_factor(const Kernel &kernel,
                                      const ContractionRoles &roles,
                                      const Factor &factor) {
  std::optional<NodeId> real = cast_from(
      kernel, factor.value, [](DType type) { return type == DType::bf16; });
  if (!real)
    return refuse("is not one of bf16");
  return NarrowFactor{
      TRY(read_factor(kernel, roles.space, *real, PanelLoads::read)), true, {}};
}

} // namespace landfall::analysis
