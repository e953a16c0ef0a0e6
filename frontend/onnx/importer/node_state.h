//===- node_state.h - The importer's view of a node ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer: what operator.h's Node stands on.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/importer/scope.h"

namespace landfall::frontend {

struct NodeState {
  ImportContext &context;
  const onnx::NodeProto &proto;
  std::string type;
  int version;
  Attributes attributes;
  std::vector<Any> inputs;
  std::vector<bool> wanted; ///< Outputs that somebody reads.
  std::vector<Any> outputs;
};

/// What is built from now on belongs to this node.
void set_origin(Builder &b, const onnx::NodeProto &node);

} // namespace landfall::frontend
