//===- node_hook.h - What looks on while a model is imported ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"

namespace landfall::frontend {

struct NodeState; // frontend/onnx/importer/node_state.h

/// Sees the inputs and each node of an import, subgraphs and functions
/// included, and may change them. May throw BuildErrors, which get the node's
/// place.
class NodeHook {
public:
  virtual ~NodeHook() = default;
  /// A tensor input of the model, before it is built; its extents may change.
  virtual void declare(SignatureValue &input) = 0;
  virtual void bind(const SignatureValue &input, ir::Tensor value) = 0;
  /// The node's operands are bound and legal. They may be replaced, and so may
  /// the operator: `type` and `version`.
  virtual void before(NodeState &node) = 0;
  /// The node's outputs are known.
  virtual void after(NodeState &node) = 0;
};

} // namespace landfall::frontend
