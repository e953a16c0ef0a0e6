//===- survey.h - An import that outlives its refusals ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "ir/builder.h"
#include "onnx_format/proto.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace landfall::frontend {

/// What became of a node of the main graph.
struct SurveyedNode {
  enum class Fate {
    unused,   ///< No output depends on it.
    imported, ///< Core IR computes it.
    refused,  ///< It cannot be imported, for a reason of its own.
    unknown,  ///< It takes what a refused node gives, whose type is not known.
  };
  std::string name; ///< May be empty.
  std::string op;   ///< "Conv", "com.microsoft.Gelu".
  std::vector<std::string> outputs;
  Fate fate = Fate::unused;
  std::string reason; ///< Of `refused` and `unknown`.
};

/// Finds all nodes that an import refuses, not the first only: the model is
/// imported again, from the start, without the node that failed. What such a
/// node gives becomes an input where the model declares its type; what it takes
/// becomes an output, so that it is still computed. The module of the import
/// that succeeds is for looking at, not for running.
class Survey {
public:
  //===--- For its owner --------------------------------------------------===//
  /// After an import failed: leaves the node at fault out of the next one.
  /// False if no node was.
  bool refuse(const Error &error);
  const std::vector<SurveyedNode> &nodes() const { return nodes_; }
  /// The nodes of the main graph that what has this origin's name belongs to:
  /// their subgraphs' and functions' nodes are parts of them.
  std::set<size_t> owners(const std::string &origin) const;

  //===--- For the importer -----------------------------------------------===//
  void start(const onnx::GraphProto &graph);
  /// Whether the next node of the main graph is to be left out.
  bool leaves_out(const onnx::NodeProto &node);
  /// The main graph's node is imported from now on; null: none is.
  void set_current(const onnx::NodeProto *node);
  /// A node is imported, be it within the current one.
  void note(const onnx::NodeProto &node);
  /// How the model declares a left-out node's output; null: not at all.
  const onnx::ValueInfoProto *declaration(onnx::Text output) const;
  void set_unknown(onnx::Text output) { unknown_.insert(std::string(output)); }
  bool is_unknown(onnx::Text name) const {
    return unknown_.contains(std::string(name));
  }

  std::vector<ir::Any> kept; ///< What left-out nodes take.

private:
  size_t number_of(const onnx::NodeProto &node) const {
    return size_t(&node - graph_->node.data());
  }
  std::string unknown_input(const onnx::NodeProto &node) const;

  std::vector<SurveyedNode> nodes_;
  std::set<size_t> refused_;
  std::map<std::string, std::set<size_t>> owners_;
  // Of the import under way.
  const onnx::GraphProto *graph_ = nullptr;
  std::optional<size_t> current_;
  std::unordered_set<std::string> unknown_;
};

} // namespace landfall::frontend
