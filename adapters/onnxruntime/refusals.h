//===- refusals.h - Which nodes stay with ONNX Runtime, and why -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/graph.h"
#include "adapters/onnxruntime/log.h"

#include <optional>
#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// The nodes of a graph that are not claimed.
class Refusals {
public:
  explicit Refusals(size_t nodes) : list_(nodes) {}

  /// The first reason of a node stays.
  void add(size_t node, const std::string &reason) {
    if (!list_[node])
      list_[node] = reason;
  }
  /// For a node that is not ours to claim: no report speaks of it.
  void skip(size_t node) { list_[node] = ""; }
  bool has(size_t node) const { return list_[node].has_value(); }
  size_t count() const;

  /// Logs how much is claimed, and each kind of refusal with one of its nodes.
  void report(const Log &log, const std::vector<Node> &nodes,
              size_t groups) const;

private:
  std::vector<std::optional<std::string>> list_;
};

} // namespace landfall::onnxruntime
