//===- claims.h - What the provider takes of a graph ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/log.h"
#include "adapters/onnxruntime/model_writer.h"
#include "adapters/onnxruntime/options.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// A part of a graph, compiled.
struct CompiledPart {
  lf::Package package;
  PartModel model; ///< Its bytes are kept only if runs are to be checked.
};

/// Nodes that become one.
struct Claim {
  std::vector<Node> nodes;
  /// NULL: the node is an EPContext, which holds a package already; or the part
  /// is not compiled yet, since the graph may be offered again.
  std::shared_ptr<const CompiledPart> part;
};

/// Compiles a part, all nodes of `links` or some.
std::shared_ptr<const CompiledPart>
compile_part(const Api &api, const Options &options, const GraphLinks &links,
             const std::vector<size_t> &part);

/// The largest groups of nodes that compile for the device, as few as can be.
/// Nodes that are left to ONNX Runtime are named in the log, each kind with
/// why.
std::vector<Claim> claim(const Api &api, const Options &options, const Log &log,
                         const Graph &graph);

/// Whether a node holds a package of ours (com.microsoft.EPContext).
bool is_context_node(const Node &node);

/// Tells the nodes of a graph from those of its other parts.
std::string signature(const std::vector<Node> &nodes);

} // namespace landfall::onnxruntime
