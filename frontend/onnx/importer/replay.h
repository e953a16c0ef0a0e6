//===- replay.h - Nodes imported once more ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

#include <memory>

namespace landfall::frontend {

/// What leads from some values to another one in the graph of a node, imported
/// once more from given values of the former.
class Replay {
public:
  /// `sources` are names of values of the node's graph, `result` is one.
  Replay(const Node &node, std::span<const std::string> sources,
         std::span<const Any> values, const std::string &result);
  ~Replay();

  Any result() const { return result_; }
  /// The nodes, producers before users.
  size_t size() const;
  Node node(size_t step) const;
  /// What a node takes and gives; an absent input is empty.
  std::span<const Any> inputs(size_t step) const;
  std::span<const Any> outputs(size_t step) const;

private:
  struct Steps;
  std::unique_ptr<Steps> steps_;
  Any result_;
};

} // namespace landfall::frontend
