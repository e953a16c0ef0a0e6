//===- body_values.cpp - Nodes of a body, where they are needed -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/body_values.h"

namespace landfall::kernels {

LaneValue emit_value(NodeId node, BodyEmitter &body) {
  if (!body.has(node)) {
    for (NodeId argument : body.frame().kernel.nodes[node].args)
      emit_value(argument, body);
    body.emit(node);
  }
  return body.value(node);
}

bool emit_known(NodeId id, BodyEmitter &body) {
  if (body.has(id))
    return true;
  const Node &node = body.frame().kernel.nodes[id];
  bool is_plain = node.blocks.empty() && node.kind != NodeKind::result &&
                  node.kind != NodeKind::param;
  if (!is_plain)
    return false;
  bool known = true;
  for (NodeId argument : node.args)
    known &= emit_known(argument, body);
  if (known)
    body.emit(id);
  return known;
}

} // namespace landfall::kernels
