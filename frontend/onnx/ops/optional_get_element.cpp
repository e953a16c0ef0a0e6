//===- optional_get_element.cpp - What an optional holds --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {

// output = the optional's value, which must be there; tensors and sequences are
// their own value
static void optional_get_element(Node &node) {
  Any value = node.any_input(0, "input");
  Facts facts = facts_of(value);
  if (facts && facts->kind != ValueKind::optional)
    return node.output(value);
  if (facts && facts->contents && !facts->contents->empty())
    return node.output(facts->contents->front());
  node.output(unbox(node.b(), BoxFunction::optional_get, {&value, 1},
                    facts ? facts->element : nullptr));
}

LANDFALL_ONNX(optional_get_element,
              {"OptionalGetElement", 15, optional_get_element})

} // namespace landfall::frontend
