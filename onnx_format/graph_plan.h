//===- graph_plan.h - What of a graph to import, in which order -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "onnx_format/proto.h"

#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace landfall::onnx {

/// What the bodies of graphs and of functions have in common.
struct GraphBody {
  std::span<const NodeProto> nodes;
  std::span<const TensorProto> initializers;
  std::span<const SparseTensorProto> sparse_initializers;
  std::vector<Text> inputs;
  std::vector<Text> outputs;
};

GraphBody body_of(const GraphProto &graph);
GraphBody body_of(const FunctionProto &function);

/// A name that is used but not defined in the graph.
struct Capture {
  Text name;
  const NodeProto *reader; ///< Its first user; null: it is a graph output.
};

struct GraphPlan {
  /// The nodes that outputs depend on, producers before users, in the file's
  /// order as far as that allows.
  std::vector<const NodeProto *> nodes;
  std::vector<const TensorProto *> initializers; ///< The needed ones.
  std::vector<const SparseTensorProto *> sparse_initializers;
  std::vector<Capture> captures; ///< Outer names that it uses.
  std::unordered_set<Text> used; ///< All names that outputs depend on.
};

/// Fails if a name is defined twice or nodes form a cycle.
Result<GraphPlan> plan_graph(const GraphBody &body);

/// The node as errors name it; without its opset.
ModelNode model_node(const NodeProto &node);

/// "node 'conv1' (Conv)" for messages.
std::string describe(const NodeProto &node);

} // namespace landfall::onnx
