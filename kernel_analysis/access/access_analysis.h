//===- access_analysis.h - How indices move through operands ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <map>
#include <utility>

namespace landfall::analysis {

/// How the element of a load or store moves when an index grows by one.
enum class Movement : uint8_t {
  none,      ///< Stays.
  unit,      ///< To its neighbour.
  broadcast, ///< In the innermost dimension, by a factor the sizes decide:
             ///< stays or goes to the neighbour, most likely.
  strided,   ///< By a fixed number of elements, known now or at run time.
  irregular, ///< Any other way.
};

/// Answers about one kernel's nodes, from the description alone.
class AccessAnalysis {
public:
  explicit AccessAnalysis(const Kernel &kernel);

  /// Whether the node's value can change with `variable` (a parameter).
  bool depends(NodeId node, NodeId variable);
  Movement movement(NodeId access, NodeId variable);
  /// How well the loads of a block (and its inner blocks) suit lanes that stand
  /// for neighbouring values of the variable; higher is better.
  int lane_score(const Block &block, NodeId variable);

private:
  /// Of an index as a function of the variable.
  struct Slope {
    enum Kind : uint8_t { constant, runtime, irregular } kind = constant;
    int64_t value = 0; ///< Constant only.
  };
  Slope slope(NodeId node, NodeId variable);
  Slope scalar_slope(const Node &node, NodeId variable);
  bool param_depends(NodeId param, NodeId variable);
  bool block_depends(const Block &block, NodeId variable);

  const Kernel &kernel_;
  std::vector<NodeId> owners_; ///< Of each block parameter.
  std::map<std::pair<NodeId, NodeId>, bool> depends_;
};

} // namespace landfall::analysis
