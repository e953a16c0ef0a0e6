//===- access_analysis.h - Strides of loads and stores ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <map>
#include <utility>

namespace landfall::analysis {

/// The stride of a load or store with respect to one index, in elements.
enum class Movement : uint8_t {
  none,      ///< 0.
  unit,      ///< 1.
  broadcast, ///< Along the innermost dimension, a factor known at run time
             ///< (most often 0 or 1: run-time broadcasting).
  strided,   ///< Another constant, known now or at run time.
  irregular, ///< Not constant.
};

/// Dependence and strides of one kernel's nodes, from the description alone.
/// The kernel must outlive it; results are cached, so it is for one thread.
class AccessAnalysis {
public:
  explicit AccessAnalysis(const Kernel &kernel);

  /// Whether the node's value can depend on `variable`, a block parameter.
  bool depends(NodeId node, NodeId variable);
  Movement movement(NodeId access, NodeId variable);
  /// How well the loads of a block (and its inner blocks) vectorize with
  /// consecutive values of `variable` in the lanes; higher is better.
  int lane_score(const Block &block, NodeId variable);

private:
  /// The derivative of an index with respect to the variable.
  struct Slope {
    enum Kind : uint8_t { constant, runtime, irregular } kind = constant;
    int64_t value = 0; ///< Constant only.
  };
  Slope slope(NodeId node, NodeId variable);
  Slope scalar_slope(const Node &node, NodeId variable);
  std::vector<bool> dependents(NodeId variable) const;
  bool follows(NodeId id, NodeId variable,
               const std::vector<bool> &found) const;

  const Kernel &kernel_;
  std::vector<NodeId> owners_; ///< By block parameter: the node of its block.
  std::map<NodeId, std::vector<bool>> dependents_; ///< By variable.
};

} // namespace landfall::analysis
