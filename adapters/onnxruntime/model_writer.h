//===- model_writer.h - ONNX models of parts of a graph ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/graph.h"

#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// A part of a graph as a model of its own.
struct PartModel {
  std::string bytes; ///< A ModelProto; its nodes are in the order of the part.
  std::string directory; ///< Where its external data lies; "": it has none.
  /// Values from outside that are no constants, in order of first use, and
  /// those that are used outside.
  std::vector<std::string> inputs, outputs;
};

/// The values that cross a part's border.
struct Border {
  std::vector<GraphValue> inputs, constants, outputs;
};

/// Where the values of a graph come from and go.
class GraphLinks {
public:
  GraphLinks(const Graph &graph, std::vector<Node> nodes);

  const Graph &graph() const { return graph_; }
  const std::vector<Node> &nodes() const { return nodes_; }
  /// The nodes that make what a node reads, its subgraphs included.
  std::vector<size_t> producers(size_t node) const;
  /// `part`: numbers of nodes, increasing.
  Border border(const std::vector<size_t> &part) const;

private:
  Graph graph_;
  std::vector<Node> nodes_;
  std::vector<std::vector<GraphValue>> reads_;
  std::vector<std::pair<std::string, size_t>> made_; ///< Sorted: value, node.
  /// The nodes that read a value, and one more than all for the graph's
  /// outputs. Sorted.
  std::vector<std::pair<std::string, size_t>> uses_;
};

/// Why a node cannot be written: "" if it can.
std::string unwritable(const Api &api, const Node &node);

struct WriteOptions {
  bool with_types = false;   ///< Values inside have their types too.
  bool with_weights = false; ///< The model has no external data.
};

/// Writes a part of a graph, whose nodes can all be written.
PartModel write_part(const Api &api, const GraphLinks &links,
                     const std::vector<size_t> &part, WriteOptions options);

} // namespace landfall::onnxruntime
