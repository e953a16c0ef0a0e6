//===- node_state.h - The importer's view of a node ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Private to the importer: the state behind operator.h's Node.
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
  std::vector<bool> wanted; ///< By output: whether it is used.
  std::vector<Any> outputs;
};

} // namespace landfall::frontend
