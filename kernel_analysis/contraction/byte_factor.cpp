//===- byte_factor.cpp - Factors of 8-bit integers ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/byte_factor.h"

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

/// b of cast(b); nullopt if the node is none of an 8-bit integer.
std::optional<NodeId> byte_below(const Kernel &kernel, NodeId value) {
  const Node &node = kernel.nodes[value];
  if (!is_scalar(node, ScalarOp::cast) ||
      !is_byte(kernel.nodes[node.args[0]].type))
    return std::nullopt;
  return node.args[0];
}

} // namespace

Result<ByteFactor> read_byte_factor(const Kernel &kernel,
                                    const ContractionRoles &roles,
                                    const Factor &factor) {
  const Node &value = kernel.nodes[factor.value];
  bool is_shifted = is_scalar(value, ScalarOp::sub);
  std::optional<NodeId> byte =
      byte_below(kernel, is_shifted ? value.args[0] : factor.value);
  if (!byte)
    return refuse("is not one of 8-bit integers");
  ByteFactor result;
  result.bytes = TRY(read_factor(kernel, roles.space, *byte, PanelLoads::read));
  result.is_signed = is_signed_integer(kernel.nodes[*byte].type);
  if (!is_shifted)
    return result;
  result.zero = TRY(read_factor(kernel, roles.space, value.args[1]));
  for (uint32_t variable : roles.k_loops)
    if (result.zero->uses[variable])
      return refuse("has zero points that differ along K");
  return result;
}

} // namespace landfall::analysis
