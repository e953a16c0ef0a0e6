//===- import.h - ONNX models into core IR ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <functional>
#include <string>
#include <vector>

namespace landfall::ir {
class Builder;
}

namespace landfall::frontend {

class NodeHook;
class Survey;

/// Where a model is from.
struct ModelPlace {
  std::string file = "model"; ///< Its name in error messages.
  std::string directory;      ///< For external data; empty: refuse it.
  /// Told the path of each file with external data that is read.
  std::function<void(const std::string &path)> on_file = {};
};

/// What an import takes for granted of all runs.
struct Assumptions {
  bool names_bind = true; ///< Dimensions of one name have one extent.
  /// Inputs that have an initializer are not given.
  bool defaults_hold = true;
};

/// Metadata of a model.
struct ModelSummary {
  std::string graph_name;
  std::string producer; ///< "pytorch 2.1"; may be empty.
  int64_t ir_version = 0;
  int64_t opset = 0;      ///< The default domain's; 0: not imported.
  int64_t node_count = 0; ///< In the main graph.
  /// Whether runs may break these assumptions, so that another import without
  /// them gives other core IR.
  bool shares_names = false, has_defaults = false;
  /// What is wrong with the model but changes no result, a sentence each.
  std::vector<std::string> warnings;
};

/// Builds the model's inputs, nodes and outputs with `builder`. Constants refer
/// to the bytes of `model`, whose owner (if it has one) they keep; a model
/// without owner must outlive the builder's module.
///
/// Errors carry the file, the node and operator, and the nodes whose subgraphs
/// and functions enclose it. No exception leaves; after an error the builder's
/// module is of no use.
///
/// With a survey, nodes that it leaves out are not imported. A hook
/// (frontend/onnx/importer/node_hook.h) sees, and may change, each node.
Result<ModelSummary> import_model(const Bytes &model, const ModelPlace &place,
                                  ir::Builder &builder,
                                  const Assumptions &assumptions = {},
                                  Survey *survey = nullptr,
                                  NodeHook *hook = nullptr);

} // namespace landfall::frontend
