//===- map_operand.cpp - Operands that are maps ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/map_operand.h"

#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

static DType value_type(const Node &node, const Any &map) {
  const std::shared_ptr<const BoxFacts> &facts = map.box.facts;
  if (!facts || facts->kind != ValueKind::map || !facts->element ||
      !facts->element->dtype)
    node.unsupported("a map whose values have a type that only the run knows");
  return *facts->element->dtype;
}

Tensor map_values(const Node &node, const Any &map) {
  Builder &b = node.b();
  DType type = value_type(node, map);
  int64_t extra[] = {static_cast<int64_t>(type)};
  Tensor values =
      host_tensor(b, BoxFunction::map_values, {&map, 1}, type, 1, extra);
  return b.reshape(values, {1, values.dim(0)});
}

Tensor map_lookup(const Node &node, const Any &map, Tensor keys,
                  bool may_have_others) {
  Builder &b = node.b();
  DType type = value_type(node, map);
  int64_t extra[] = {static_cast<int64_t>(type), may_have_others};
  Any arguments[] = {map, keys};
  Tensor values = host_tensor(b, BoxFunction::map_lookup, arguments, type,
                              keys.shape(), extra);
  return b.reshape(values, {1, keys.dim(0)});
}

} // namespace landfall::frontend
