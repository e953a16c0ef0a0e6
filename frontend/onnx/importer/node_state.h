//===- node_state.h - The node that is being imported ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer: the data behind Node (operator.h), through which an
// operator's import function sees the node.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/importer/scope.h"

namespace landfall::frontend {

/// Lives while the import function runs. Inputs and outputs are in ONNX's
/// order.
struct NodeState {
  ImportContext &context;
  Scope &scope;
  const onnx::NodeProto &proto;
  std::string type;         ///< The operator's name, "Conv".
  int version;              ///< The opset version of the node's domain.
  Attributes attributes;    ///< References to function attributes resolved.
  std::vector<Any> inputs;  ///< Empty where an optional input is absent.
  std::vector<bool> wanted; ///< By output: whether the model uses it.
  std::vector<Any> outputs; ///< Set by the import function.
  /// Answers to the node's questions (Node::decide).
  std::span<const std::pair<size_t, int64_t>> answers;
  size_t asked = 0; ///< Questions so far, including those with known answers.
  /// The tensors that operands' boxes were found to hold: the scope learns of
  /// them when the node has been imported.
  std::vector<std::pair<Box, Tensor>> unboxed;
};

} // namespace landfall::frontend
