//===- context_node.h - Compiled models inside ONNX models ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// ONNX Runtime saves a compiled model as an ONNX model whose fused nodes are
// com.microsoft.EPContext nodes, each with a package (.lfm) in it or in a file
// beside the model.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/graph.h"
#include "adapters/onnxruntime/kernel.h"
#include "adapters/onnxruntime/options.h"

namespace landfall::onnxruntime {

/// Makes the node that stands for a fused node, which ONNX Runtime then owns.
/// `name` is the fused node's, by which ONNX Runtime finds it.
OrtNode *make_context_node(const Api &api, const Options &options,
                           const lf::Package &package, const std::string &name,
                           const NodePorts &ports);

/// What a context node holds.
struct ContextPackage {
  lf::Package package;
  /// The names that its inputs and outputs had when it was compiled, in the
  /// node's order.
  NodePorts ports;
};

/// `directory`: the model's folder. Throws if the package is not there, damaged
/// or not for this Landfall.
ContextPackage read_context_node(const Node &node,
                                 const std::string &directory);

} // namespace landfall::onnxruntime
