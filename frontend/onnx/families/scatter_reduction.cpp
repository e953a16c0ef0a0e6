//===- scatter_reduction.cpp - Reductions of a scatter --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/scatter_reduction.h"

namespace landfall::frontend {

ScatterReduction scatter_reduction(const Node &node) {
  std::string name = node.string_attr("reduction", "none");
  if (name == "none")
    return ScatterReduction::none;
  if (name == "add")
    return ScatterReduction::add;
  if (name == "mul")
    return ScatterReduction::mul;
  if (name == "min")
    return ScatterReduction::min;
  if (name == "max")
    return ScatterReduction::max;
  node.invalid("'reduction' is '" + name +
               "'; expected none, add, mul, min or max");
}

// ONNX Runtime adds and multiplies truth values, too: "or" and "and".
void scatter_store(ScatterReduction reduction, const Buffer &buffer,
                   std::span<const Scalar> position, Scalar value) {
  bool is_truth = value.dtype() == DType::boolean;
  switch (reduction) {
  case ScatterReduction::none:
    break;
  case ScatterReduction::add:
    value =
        is_truth ? buffer.at(position) | value : buffer.at(position) + value;
    break;
  case ScatterReduction::mul:
    value =
        is_truth ? buffer.at(position) & value : buffer.at(position) * value;
    break;
  case ScatterReduction::min:
    value = minimum(buffer.at(position), value);
    break;
  case ScatterReduction::max:
    value = maximum(buffer.at(position), value);
    break;
  }
  buffer.store(position, value);
}

} // namespace landfall::frontend
