//===- optional_has_element.cpp - OptionalHasElement ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output = whether there is a value; tensors and sequences are values
static void optional_has_element(Node &node) {
  Builder &b = node.b();
  Any value = node.has_input(0) ? node.any_input(0, "input") : Any();
  Facts facts = facts_of(value);
  bool unknown =
      value.box &&
      (!facts || (facts->kind == ValueKind::optional && !facts->contents));
  if (unknown) {
    SignatureValue result;
    result.dtype = DType::boolean;
    return node.output(
        b.box(BoxFunction::optional_has, {&value, 1}, {&result, 1})[0]);
  }
  bool empty_optional =
      facts && facts->kind == ValueKind::optional && facts->contents->empty();
  uint8_t has = value && !empty_optional;
  node.output(
      b.constant(owned_constant<uint8_t>(DType::boolean, {}, {&has, 1})));
}

LANDFALL_ONNX(optional_has_element,
              {"OptionalHasElement", 15, optional_has_element})

} // namespace landfall::frontend
